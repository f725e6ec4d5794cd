"""annotations.py <LOG: the commands that GitHub's runner would obey in the log of a step, each as a
JSON object {command, properties, message} a line.

By its documentation and its ActionCommand.cs: `::NAME KEY=VALUE,...::MESSAGE` after blanks at the
start of a line, or else the old `##[NAME KEY=VALUE;...]MESSAGE` anywhere in one. `##vso[` of Azure
Pipelines is taken likewise."""
import json
import re
import sys

NEW = re.compile(r'\s*::([^ :]+)(?: ((?:(?!::).)*))?::(.*)', re.DOTALL)
OLD = re.compile(r'##(?:vso)?\[([^\] ]+)(?: ([^\]]*))?\](.*)', re.DOTALL)


def plain(text, codes):
    for code in codes + ['25']:
        text = text.replace('%' + code, chr(int(code, 16)))
    return text


def command(line):
    new = NEW.match(line)
    found = new or OLD.search(line)
    if not found:
        return None
    pairs = (found[2] or '').split(',' if new else ';')
    codes = ['0D', '0A'] + (['3A', '2C'] if new else ['3B', '5D'])
    return {
        'command': found[1],
        'properties': {key: plain(value, codes) for key, _, value in (pair.partition('=') for pair in pairs) if value},
        'message': plain(found[3], codes[:2] if new else codes),
    }


for line in re.split('\r\n|\r|\n', sys.stdin.buffer.read().decode('utf-8', 'replace')):
    found = command(line)
    if found:
        print(json.dumps(found))
