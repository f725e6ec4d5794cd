"""validate.py SCHEMA [DEFINITION] <DOCUMENT: whether the JSON is valid by the schema, or by one of
its $defs. Says each error; exits with 1 if there is one."""
import json
import sys

import jsonschema

with open(sys.argv[1], encoding='utf-8') as file:
    schema = json.load(file)
if len(sys.argv) > 2:
    schema = {'$schema': schema['$schema'], '$defs': schema['$defs'], '$ref': '#/$defs/' + sys.argv[2]}
kind = jsonschema.validators.validator_for(schema)
kind.check_schema(schema)
errors = list(kind(schema).iter_errors(json.loads(sys.stdin.buffer.read().decode('utf-8', 'strict'))))
for error in errors:
    print('/'.join(map(str, error.absolute_path)) + ': ' + error.message)
sys.exit(1 if errors else 0)
