"""validate.py SCHEMA [DEFINITION] <DOCUMENT: whether the JSON is valid by the schema, or by one of
its $defs. Says each error; exits with 1 if there is one.

validate.py SCHEMA --refused <DOCUMENTS, one a line: whether none of them is. Says each that is valid."""
import json
import sys

import jsonschema

with open(sys.argv[1], encoding='utf-8') as file:
    schema = json.load(file)
refused = sys.argv[2:] == ['--refused']
if len(sys.argv) > 2 and not refused:
    schema = {'$schema': schema['$schema'], '$defs': schema['$defs'], '$ref': '#/$defs/' + sys.argv[2]}
kind = jsonschema.validators.validator_for(schema)
kind.check_schema(schema)
validator = kind(schema)
text = sys.stdin.buffer.read().decode('utf-8', 'strict')
if refused:
    bad = [line for line in text.splitlines() if validator.is_valid(json.loads(line))]
else:
    bad = ['/'.join(map(str, error.absolute_path)) + ': ' + error.message
           for error in validator.iter_errors(json.loads(text))]
print(*bad, sep='\n')
sys.exit(1 if bad else 0)
