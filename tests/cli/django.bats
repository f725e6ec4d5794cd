#!/usr/bin/env bats
# What is said of a file in a migrations package against what a real Django does with it: the
# incident built, seen to fail as it failed, named, fixed, seen to pass. tests/data/django is the
# project; PostgreSQL is one that this file starts, on a socket in a directory of its own.

load helper
load readme

ghost=shop/migrations/0002_add_secret.pyc

setup_file() {
    /usr/bin/python3 -c 'import django' 2>/dev/null || return 0
    unset "${!PG@}"
    start_postgres
}

teardown_file() {
    [[ -n ${SERVER-} ]] || return 0
    if [[ -n ${SERVER_PID-} ]]; then
        kill -QUIT "$SERVER_PID" || true
        wait "$SERVER_PID" || true
    fi
    rm -rf "$SERVER"
}

setup() {
    start_clean
    unset "${!PG@}"
    PYTHON=/usr/bin/python3
    "$PYTHON" -c 'import django' 2>/dev/null || skip 'no Django for /usr/bin/python3'
    export PYTHONDONTWRITEBYTECODE=1 DJANGO_SETTINGS_MODULE=settings
}

# --- the database server -----------------------------------------------------------------------

# as_server COMMAND...: in place of this shell, as somebody that is not root, for it refuses to be.
as_server() {
    local user=postgres
    id "$user" >/dev/null 2>&1 || user=nobody
    cd / || return
    if ((EUID != 0)); then exec "$@"; fi
    exec setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups "$@"
}

# It ends with the process that runs this file, however that ends. Descriptor 3 is bats' own, which
# waits for all who hold it.
start_postgres() {
    local directories=(/usr/lib/postgresql/*/bin)
    SERVER_BIN=${directories[-1]}
    [[ -x $SERVER_BIN/initdb ]] || return 0
    # The path of a socket has room for a hundred bytes.
    SERVER=$(mktemp -d /tmp/pycguard-postgres.XXXXXX)
    export SERVER SERVER_BIN
    ((EUID != 0)) || chown "$(as_server id -u)" "$SERVER"
    (as_server "$SERVER_BIN/initdb" -D "$SERVER/data" -A trust -U postgres -E UTF8 --no-locale --no-sync >/dev/null)
    (as_server setpriv --pdeathsig QUIT "$SERVER_BIN/postgres" -D "$SERVER/data" -F -c listen_addresses= \
        -c unix_socket_directories="$SERVER") >"$SERVER/log" 2>&1 3>&- &
    SERVER_PID=$!
    for _ in {1..300}; do
        "$SERVER_BIN/pg_isready" -q -h "$SERVER" && return
        sleep 0.1
    done
    cat "$SERVER/log"
    return 1
}

# use sqlite|postgresql NAME: the database that manage uses from here on, made if it is not there.
use() {
    unset SHOP_POSTGRES
    export SHOP_DATABASE=$WORK/$2.sqlite
    [[ $1 == postgresql ]] || return 0
    [[ -n ${SERVER-} ]] || skip 'no PostgreSQL'
    "$PYTHON" -c 'import psycopg2' 2>/dev/null || skip 'no psycopg2'
    export SHOP_POSTGRES=$SERVER SHOP_DATABASE=test${BATS_TEST_NUMBER}_$2
    "$SERVER_BIN/psql" -q -h "$SERVER" -U postgres -d postgres -tAc \
        "SELECT 1 FROM pg_database WHERE datname = '$SHOP_DATABASE'" | grep -q 1 ||
        "$SERVER_BIN/createdb" -h "$SERVER" -U postgres "$SHOP_DATABASE"
}

# --- the project -------------------------------------------------------------------------------

# before_the_incident: a repository whose shop has the migrations 0001_initial, 0002_add_secret.
before_the_incident() {
    new_repo site
    cp -R "$SOURCE_ROOT/tests/data/django/shop" "$SOURCE_ROOT/tests/data/django/"*.py .
    mkdir ../new
    mv shop/migrations/0002_placeholder.py shop/migrations/0003_add_app_secret.py ../new
    cp "$SOURCE_ROOT/tests/data/django/replaced/0002_add_secret.py" shop/migrations
    commit 'A shop, whose accounts get a secret' .
}

# replace_migration: 0002_add_secret by 0002_placeholder and 0003_add_app_secret.
replace_migration() {
    git rm -q --cached shop/migrations/0002_add_secret.py
    rm shop/migrations/0002_add_secret.py
    cp ../new/*.py shop/migrations
    git add shop/migrations
}

# leave_ghost: the bytecode of 0002_add_secret at its source's own place, tracked.
leave_ghost() {
    "$PYTHON" -m compileall -b -q shop/migrations/0002_add_secret.py
    commit 'Compiled with compileall -b' "$ghost"
}

# manage COMMAND [, COMMAND]...: tests/data/django/manage.py.
manage() { "$PYTHON" -u manage.py "$@" 2>&1; }

# migrate_passes [ARG...] [, COMMAND]...
migrate_passes() {
    run manage migrate "$@"
    assert_status 0
}

migrate_fails() {
    run manage migrate
    [[ $status != 0 ]] || fail 'migrate passed'
    assert_output_has "$1"
}

# existing_database KIND NAME: one that was at 0001_initial, with a row, when the incident began.
existing_database() {
    use "$@"
    migrate_passes shop 0001 , sql "INSERT INTO shop_account (name) VALUES ('first')"
}

# names VERB PATH RULE LOADS: the one finding of the check, as programs see it, and people.
names() {
    run_pycguard "--check-$1" --format=json
    assert_status 1
    # shellcheck disable=SC2016 # jq's variables
    assert_json '.findings | length == 1 and (.[0] | .path == $path and .rule == $rule and
        .loads == $loads and .migration and .severity == "error")' \
        --arg path "$2" --arg rule "$3" --arg loads "$4"
    run_pycguard "--check-$1"
    assert_status 1
    assert_output_has "$2"
    assert_output_has "$3 ("
}

# names_nothing: neither in git nor on disk.
names_nothing() {
    run_pycguard --check-tracked --strict
    assert_status 0
    run_pycguard --check-worktree --strict
    assert_status 0
}

take_away() {
    git rm -q --cached -- "$@"
    rm -- "$@"
    commit 'Take away what ran in place of the source'
}

# --- the incident ------------------------------------------------------------------------------

# Django sees two ends of the chain, says to merge them; once merged, both add the column.
merged_ghost() {
    before_the_incident
    existing_database "$1" existing
    leave_ghost
    replace_migration
    run_pycguard --check-staged --format=json
    assert_status 1
    # shellcheck disable=SC2016
    assert_json '.findings | length == 1 and (.[0] | .path == $path and .rule == "ghost-module" and
        .loads == "cache" and .migration and .severity == "error")' --arg path "$ghost"
    commit 'Replace the migration'

    migrate_fails 'Conflicting migrations detected; multiple leaf nodes'
    assert_output_has 0002_add_secret # in which order, no Django before 3.2 promises
    assert_output_has 0003_add_app_secret
    run manage makemigrations --merge --noinput
    assert_status 0
    git add shop/migrations/0004_merge*.py
    commit 'Merge, as Django advises'
    names tracked "$ghost" ghost-module cache
    names worktree "$ghost" ghost-module cache
    assert_output_has 'Django runs it as a migration'
}

unmerge() {
    take_away "$ghost" shop/migrations/0004_merge*.py
    names_nothing
}

# passes_on KIND NAME [COMMAND]: and models, migrations and database agree.
passes_on() {
    use "$1" "$2"
    shift 2
    migrate_passes , columns , makemigrations --check , "$@"
    assert_output_has 'columns: id name app_secret'
}

@test "PostgreSQL: the ghost of a replaced migration makes migrate fail; without it, it passes" {
    merged_ghost postgresql
    migrate_fails 'column "app_secret" of relation "shop_account" already exists'
    assert_output_has 'django.db.utils.ProgrammingError'
    names tracked "$ghost" ghost-module cache
    names worktree "$ghost" ghost-module cache

    use postgresql fresh
    migrate_fails 'column "app_secret" of relation "shop_account" already exists'
    unmerge
    passes_on postgresql new
    existing_database postgresql old
    passes_on postgresql old sql 'SELECT name FROM shop_account'
    assert_output_has first
}

# Django adds a column to SQLite's table by copying it, and a column of that name is copied over.
@test "SQLite: the ghost of a replaced migration empties the column that it adds again" {
    merged_ghost sqlite
    select=(sql "SELECT 'the secret: <' || app_secret || '>' FROM shop_account")
    migrate_passes shop 0003 , sql "UPDATE shop_account SET app_secret = 'kept'" , "${select[@]}"
    assert_output_has 'the secret: <kept>'
    migrate_passes , "${select[@]}"
    assert_output_has 'Applying shop.0002_add_secret... OK'
    assert_output_has 'the secret: <>'

    unmerge
    passes_on sqlite new
    existing_database sqlite old
    passes_on sqlite old sql 'SELECT name FROM shop_account'
    assert_output_has first
}

@test "SQLite: the ghost of a migration in SQL makes migrate fail; without it, it passes" {
    before_the_incident
    write shop/migrations/0002_add_secret.py <<'EOF'
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [migrations.RunSQL("ALTER TABLE shop_account ADD COLUMN app_secret varchar(50)")]
EOF
    leave_ghost
    replace_migration
    commit 'Replace the migration'
    use sqlite fresh
    manage makemigrations --merge --noinput
    migrate_fails 'duplicate column name: app_secret'
    names tracked "$ghost" ghost-module cache
    names worktree "$ghost" ghost-module cache
    git add shop
    unmerge
    passes_on sqlite new
}

# No conflict gives it away here: the ghost is the one end of the chain.
@test "migrations begun again over the ghosts of the old: the same failure, and the same fix" {
    before_the_incident
    use postgresql existing
    leave_ghost
    # By someone whose disk has no ghosts: all sources deleted, and one made from the models.
    rm shop/migrations/0*
    run manage makemigrations shop
    assert_status 0
    git add shop/migrations/*.py
    git checkout -q -- "$ghost"
    git add -u
    commit 'Begin the migrations again'

    migrate_fails 'column "app_secret" of relation "shop_account" already exists'
    names tracked "$ghost" ghost-module cache
    names worktree "$ghost" ghost-module cache
    take_away "$ghost"
    names_nothing
    passes_on postgresql existing
    passes_on postgresql fresh
}

# --- other files in a migrations package -------------------------------------------------------

# after_the_incident: a repository whose shop has the new migrations, without the ghost.
after_the_incident() {
    before_the_incident
    cp shop/migrations/0002_add_secret.py ..
    replace_migration
    commit 'Replace the migration'
}

@test "a ghost of another version is Django's stale .pyc file" {
    after_the_incident
    use sqlite fresh
    pyc ../0002_add_secret.py "$ghost"
    # The number of 3.8, before the same layout.
    printf '\x55\x0d' | dd of="$ghost" conv=notrunc status=none
    git add -f "$ghost"
    migrate_fails "Couldn't import 'shop.migrations.0002_add_secret' as it appears to be a stale .pyc file."
    assert_output_has 'bad magic number'
    names tracked "$ghost" ghost-module cache
    names worktree "$ghost" ghost-module cache
    run_pycguard --check-worktree --format=json
    assert_json '.findings[0].python == "3.8"'
    take_away "$ghost"
    names_nothing
    migrate_passes
}

@test "a damaged ghost stops Django, which does not run it" {
    after_the_incident
    use sqlite fresh
    pyc ../0002_add_secret.py "$ghost"
    truncate -s 10 "$ghost"
    git add -f "$ghost"
    migrate_fails 'EOFError'
    names tracked "$ghost" ghost-module nothing
    assert_output_lacks 'Django runs it as migration'
    names worktree "$ghost" ghost-module nothing
    take_away "$ghost"
    migrate_passes
}

@test "an unchecked-hash cache hides an edited migration" {
    after_the_incident
    cache=$("$PYTHON" -c 'import py_compile as p
print(p.compile("shop/migrations/0003_add_app_secret.py",
    invalidation_mode=p.PycInvalidationMode.UNCHECKED_HASH))')
    commit 'Compiled as a build does that wants to be reproducible' "$cache"
    sed -i 's/app_secret/app_token/' shop/models.py shop/migrations/0003_add_app_secret.py
    git add -u
    commit 'Another name for it'
    use sqlite fresh
    migrate_passes , columns
    assert_output_has 'columns: id name app_secret'
    names tracked "$cache" unchecked-cache cache
    names worktree "$cache" unchecked-cache cache

    take_away "$cache"
    names_nothing
    use sqlite new
    migrate_passes , columns
    assert_output_has 'columns: id name app_token'
}

@test "an orphan in __pycache__ does not run" {
    before_the_incident
    cache=$(pyc shop/migrations/0002_add_secret.py)
    commit 'Its cache' "$cache"
    replace_migration
    commit 'Replace the migration'
    use sqlite fresh
    names tracked "$cache" orphaned-cache nothing
    names worktree "$cache" orphaned-cache nothing
    passes_on sqlite fresh showmigrations shop
    assert_output_has '[X] 0003_add_app_secret'
    assert_output_lacks 0002_add_secret
}

@test "an orphan runs once it is copied beside the sources" {
    after_the_incident
    use sqlite fresh
    pyc ../0002_add_secret.py
    cp ../__pycache__/0002_add_secret.*.pyc "$ghost"
    migrate_fails 'Conflicting migrations'
    names worktree "$ghost" ghost-module cache
    rm "$ghost"
    migrate_passes
}

# names_no_migration FILE: a ghost, of which nobody says that Django runs it.
names_no_migration() {
    names worktree "$1" ghost-module cache
    assert_output_lacks 'Django runs it as migration'
    run_pycguard --check-worktree --format=json
    assert_json '.findings[0].message | contains("Django") | not'
    rm "$1"
}

@test "a ghost whose name begins with _ or ~ is a module, and no migration" {
    local name
    after_the_incident
    use sqlite fresh
    for name in _0002_add_secret '~0002_add_secret'; do
        pyc ../0002_add_secret.py "shop/migrations/$name.pyc"
        migrate_passes , showmigrations
        assert_output_lacks add_secret
        "$PYTHON" -c "__import__('shop.migrations.$name')"
        names_no_migration "shop/migrations/$name.pyc"
    done
}

@test "without its __init__ a migrations directory is not loaded, ghosts and all" {
    after_the_incident
    use sqlite fresh
    pyc ../0002_add_secret.py "$ghost"
    pyc shop/migrations/__init__.py shop/migrations/__init__.pyc
    rm shop/migrations/__init__.py
    run manage showmigrations shop
    assert_output_has 0002_add_secret
    run_pycguard --check-worktree --format=json
    assert_json '[.findings[] | select(.message | contains("Django runs it as migration 0002_add_secret"))] |
        length == 1'

    rm shop/migrations/__init__.pyc
    run manage showmigrations shop
    assert_output_has '(no migrations)'
    "$PYTHON" -c 'import shop.migrations; __import__("shop.migrations.0002_add_secret")'
    names_no_migration "$ghost"
}

@test "bytecode beside its source does not run in its place" {
    after_the_incident
    use sqlite fresh
    "$PYTHON" -m compileall -b -q shop
    sed -i 's/app_secret/app_token/' shop/models.py shop/migrations/0003_add_app_secret.py
    migrate_passes , columns
    assert_output_has 'columns: id name app_token'
    run_pycguard --check-worktree --format=json
    assert_json '.findings | all(.loads == "source")'
}

# --- the fix for a database that has the column already ---------------------------------------

# meets_what_exists KIND: on a database that the ghost has altered, the example adds what is not there.
meets_what_exists() {
    before_the_incident
    existing_database "$1" altered
    migrate_passes , sql "UPDATE shop_account SET app_secret = 'kept'"
    replace_migration
    [[ $1 == sqlite ]] ||
        migrate_fails 'column "app_secret" of relation "shop_account" already exists'
    cp "$SOURCE_ROOT/tests/data/django/examples/0003_add_app_secret.py" shop/migrations
    passes_on "$1" altered sql 'SELECT app_secret FROM shop_account'
    assert_output_has kept

    passes_on "$1" fresh
    existing_database "$1" existing
    passes_on "$1" existing
    migrate_passes shop 0002 , columns , migrate , columns
    assert_output_has $'columns: id name\n'
    assert_output_has 'columns: id name app_secret'
}

@test "SQLite: the example adds a column where it is not there, and keeps it where it is" {
    meets_what_exists sqlite
}

@test "PostgreSQL: the example adds a column where it is not there, and keeps it where it is" {
    meets_what_exists postgresql
}

@test "PostgreSQL: the example is not misled by another schema that has the column" {
    after_the_incident
    cp "$SOURCE_ROOT/tests/data/django/examples/0003_add_app_secret.py" shop/migrations
    use postgresql schemas
    run manage sql 'CREATE SCHEMA archive CREATE TABLE shop_account (id int, app_secret text)'
    assert_status 0
    passes_on postgresql schemas
}

# --- the guide for whoever is on call ------------------------------------------------------------

# a_clone_of_the_incident KIND: the ghost and its replacement, as committed; python is on PATH.
a_clone_of_the_incident() {
    before_the_incident
    existing_database "$1" existing
    leave_ghost
    replace_migration
    commit 'Replace the migration'
    mkdir -p "$WORK/bin"
    ln -s "$PYTHON" "$WORK/bin/python"
    on_path
}

# run_block NAME: each command of the README's block, which must succeed.
run_block() {
    readme_block "$1" >"$WORK/block"
    bash -e "$WORK/block" || fail "the README's block $1"
}

runbook() {
    a_clone_of_the_incident "$1"
    assert_transcript runbook-recognise 's/(0003_add_app_secret, 0002_add_secret in/(0002_add_secret, 0003_add_app_secret in/'
    assert_transcript runbook-find
    manage makemigrations --merge --noinput
    git add shop/migrations/0004_merge*.py
    commit 'Merge, as Django advises'
    # Half of the fix.
    rm "$ghost"
    migrate_fails 'NodeNotFoundError'
    assert_output_has 'nonexistent parent node'
    git checkout -q -- "$ghost"

    run_block runbook-fix
    [[ -z $(git status --porcelain) && -z $(git ls-files '*.pyc' '*merge*') ]]
    names_nothing
    run_block runbook-verify
    use "$1" fresh
    run_block runbook-verify
}

@test "PostgreSQL: the runbook recognises, finds, fixes and verifies" {
    runbook postgresql
}

@test "SQLite: the runbook recognises, finds, fixes and verifies" {
    runbook sqlite
}

@test "PostgreSQL: --fake is right where everything is there, and blind where it is not" {
    a_clone_of_the_incident postgresql
    use postgresql altered
    git checkout -q ":/compileall"
    migrate_passes
    git checkout -q main
    run_block runbook-fix
    run_block runbook-fake
    migrate_passes , columns , makemigrations --check , sql 'SELECT app_secret FROM shop_account'

    # It is content, and so is the check; the first query is not.
    use postgresql fresh
    run_block runbook-fake
    migrate_passes , makemigrations --check
    run manage sql 'SELECT app_secret FROM shop_account'
    [[ $status != 0 ]] || fail 'the column is there'
}

@test "the guide's migration that looks before it adds is the example" {
    readme_block migration | diff "$SOURCE_ROOT/tests/data/django/examples/0003_add_app_secret.py" -
}
