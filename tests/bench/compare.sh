#!/usr/bin/env bash
# The README's comparison: which commits each tool refuses, and what each way to clean a disk deletes.
# Tools that are not on PATH are left out. PYCGUARD names the binary (default: build/pycguard).
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
: "${PYCGUARD:=$root/build/pycguard}"
WORK=$(mktemp -d "${TMPDIR:-/tmp}/pycguard-compare.XXXXXX")
trap 'rm -rf "$WORK"' EXIT
# shellcheck source=tests/bench/repositories.bash
. "$root/tests/bench/repositories.bash"
[[ -x $PYCGUARD ]] || die "no $PYCGUARD: build it, or set PYCGUARD"
git config --global user.name 'A Developer'
git config --global user.email developer@example.org
export PYTHONDONTWRITEBYTECODE=1
python=/usr/bin/python3

# --- commits -----------------------------------------------------------------------------------

SOURCE_ROOT=$root
# shellcheck source=tests/cli/readme.bash
. "$root/tests/cli/readme.bash"
people_paste=$(readme_block six-lines)
deny='repos:
  - repo: builtin
    hooks:
      - id: deny-filename-pattern
        args: ["\\.py[cod]$"]'

guard_pycguard() { "$PYCGUARD" --install -q; }
guard_pre-commit() { echo "$people_paste" >.pre-commit-config.yaml && git add . && pre-commit install >/dev/null; }
guard_prek() { echo "$people_paste" >.pre-commit-config.yaml && git add . && prek install >/dev/null; }
guard_prek-deny() { echo "$deny" >.pre-commit-config.yaml && git add . && prek install >/dev/null; }
guard_lefthook() {
    printf '%s\n' 'pre-commit:' '  commands:' '    bytecode:' '      glob: "*.py[cod]"' '      run: exit 1' >lefthook.yml
    git add . && lefthook install >/dev/null
}

bytecode() { printf '\xf3\r\r\n%300s' '' >"$1"; }

# Each is made before the tool guards (prepare_), then staged (stage_).
cases=(adds-a-cache deletes-the-source renames-the-source note-in-pycache fixes unrelated intent-to-add)
prepare() {
    mkdir -p shop/migrations/__pycache__
    echo 'x = 1' >shop/migrations/0002_rename.py
    echo 'x = 1' >other.py
    case $1 in
    deletes-the-source | renames-the-source | fixes | unrelated)
        bytecode shop/migrations/0002_rename.pyc
        ;;
    esac
    git add -f .
    git commit -q -m before
}
stage() {
    case $1 in
    adds-a-cache) bytecode other.pyc && git add -f other.pyc ;;
    deletes-the-source) git rm -q shop/migrations/0002_rename.py ;;
    renames-the-source) git mv shop/migrations/0002_rename.py shop/migrations/0002_placeholder.py ;;
    note-in-pycache) mkdir -p __pycache__ && echo >__pycache__/note.txt && git add -f __pycache__ ;;
    fixes) git rm -q --cached shop/migrations/0002_rename.pyc ;;
    unrelated) echo 'x = 2' >other.py && git add other.py ;;
    intent-to-add) bytecode n.pyc && git add -f -N n.pyc && echo 'x = 2' >other.py && git add other.py ;;
    esac
}

commits() {
    local tool case
    printf '| commit |'
    printf ' %s |' "$@"
    printf '\n|---|'
    printf -- '---|%.0s' "$@"
    echo
    for case in "${cases[@]}"; do
        printf '| %s |' "$case"
        for tool in "$@"; do
            rm -rf "$WORK/repo" && git init -q "$WORK/repo" && cd "$WORK/repo"
            prepare "$case"
            "guard_$tool"
            git commit -q --no-verify --allow-empty -m guarded
            stage "$case"
            if git commit -q -m x >"$WORK/said" 2>&1; then printf ' passes |'; else printf ' refused |'; fi
        done
        echo
    done
    cd "$WORK"
}

# What the hook costs each commit of 1,000 clean entries.
cost() {
    local tool rows=()
    "${CC:-cc}" -O2 -D_GNU_SOURCE -o "$WORK/time" "$root/tests/bench/time.c"
    clean_repo clean 1000
    rows=('pycguard' "$PYCGUARD")
    for tool in "$@"; do
        case $tool in
        pre-commit | prek) rows+=(-- "$tool" "$tool" run) ;;
        lefthook) rows+=(-- "$tool" "$tool" run pre-commit) ;;
        *) continue ;;
        esac
        "guard_$tool" >/dev/null
    done
    printf '| | median, ms | least | most | ratio | CPU, ms | MB |\n|---|---|---|---|---|---|---|\n'
    "$WORK/time" 11 "${rows[@]}"
    cd "$WORK"
}

# --- disks -------------------------------------------------------------------------------------

# make_app: Django's sources as a project's own, compiled; a ghost and its orphan, another orphan, an
# unchecked cache of an older text, and a virtual environment of its own.
make_app() {
    mkdir -p app/shop/migrations app/.venv/lib
    cp -R --preserve=timestamps /usr/lib/python3/dist-packages/django app/django
    find app -name __pycache__ -prune -exec rm -rf {} +
    touch app/.venv/pyvenv.cfg app/shop/__init__.py app/shop/migrations/__init__.py
    cp app/django/apps/config.py app/.venv/lib
    echo 'x = "old"' | tee app/shop/gone.py app/shop/migrations/0002_rename.py >app/shop/m.py
    (cd app && "$python" -m compileall -q . && "$python" -m compileall -q -b shop/migrations/0002_rename.py &&
        "$python" -m compileall -q -f --invalidation-mode unchecked-hash shop/m.py)
    rm app/shop/gone.py app/shop/migrations/0002_rename.py
    echo 'x = "new"' >app/shop/m.py
    mv app made
}
app() { rm -rf app && cp -a made app; }

# misleading_left: how many of these are still there.
misleading='shop/migrations/0002_rename.pyc shop/__pycache__/gone.*.pyc shop/__pycache__/m.*.pyc
    shop/migrations/__pycache__/0002_rename.*.pyc'
# shellcheck disable=SC2086 # patterns
misleading_left() { (cd app && find $misleading 2>/dev/null) | wc -l; }
caches() { find app -name '*.py[cod]' | wc -l; }
in_venv() { find app/.venv -name '*.py[cod]' | wc -l; }

# cpu_ms COMMAND...: the milliseconds of processor time that it takes, which others' work does not lengthen.
cpu_ms() {
    local TIMEFORMAT='%U %S'
    { time "$@" >/dev/null 2>&1; } 2>&1 | awk '{ printf "%.0f\n", ($1 + $2) * 1000 }'
}

# start: imports what a Django application does.
start() {
    (cd app && "$python" -c 'import django
from django.conf import settings
settings.configure(SECRET_KEY="x", INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"])
django.setup()
import django.contrib.auth.forms, django.test, shop.m')
}

# disk NAME COMMAND...: in a fresh app, five times
disk() {
    local name=$1 before took=() started=()
    shift
    for _ in 1 2 3 4 5; do
        app
        before=$(caches)
        took+=("$(cpu_ms "$@")")
        left=$(misleading_left) deleted=$((before - $(caches))) venv=$(in_venv)
        started+=("$(cpu_ms start)")
    done
    printf '| %s | %s of %s | %s of 4 | %s of 1 | %s ms | %s ms |\n' "$name" "$deleted" "$before" "$left" "$venv" \
        "$(least "${took[@]}")" "$(least "${started[@]}")"
}
least() { printf '%s\n' "$@" | sort -n | head -n 1; }

disks() {
    make_app
    printf '| | deleted | misleading ones left | kept in a virtual environment | takes, of processor time | a start afterwards |\n|---|---|---|---|---|---|\n'
    disk 'nothing' true
    disk 'pycguard --clean' "$PYCGUARD" --clean app
    disk 'pycguard --clean --all' "$PYCGUARD" --clean --all app
    disk "find -name '*.pyc' -delete" find app -name '*.pyc' -delete
    if command -v py3clean >/dev/null; then disk 'py3clean' py3clean app; fi
    if command -v pyclean >/dev/null; then disk 'pyclean' pyclean app; fi
}

printf '%s; %s; %s' "$("$PYCGUARD" --version)" "$(git --version)" "$("$python" --version)"
tools=(pycguard)
for tool in pre-commit prek lefthook; do
    command -v "$tool" >/dev/null || continue
    tools+=("$tool")
    printf '; %s %s' "$tool" "$("$tool" --version 2>/dev/null | grep -oE '[0-9.]+' | head -n 1)"
    [[ $tool != prek ]] || tools+=(prek-deny)
done
printf '\n\n'
commits "${tools[@]}"
echo
cost "${tools[@]:1}"
echo
cd "$WORK"
disks
