#!/usr/bin/env bats
# What is said of a file in a migrations package against what a real Django does with it: the
# incident built, seen to fail as it failed, named, mended, seen to pass. tests/data/django is the
# project; PostgreSQL is one that this file starts, on a socket in a directory of its own.

load helper

ghost=shop/migrations/0002_add_secret.pyc

setup_file() {
    /usr/bin/python3 -c 'import django' 2>/dev/null || return 0
    unset "${!PG@}"
    start_postgres
}

teardown_file() {
    [[ -n ${SERVER-} ]] || return 0
    as_server "$SERVER_BIN/pg_ctl" -D "$SERVER/data" -m immediate -w stop >/dev/null || true
    # A server without its directory ends by itself, should it be there still.
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

# It refuses to run as root.
as_server() {
    if ((EUID != 0)); then
        "$@"
    elif id postgres >/dev/null 2>&1; then
        (cd / && setpriv --reuid postgres --regid "$(id -g postgres)" --clear-groups "$@")
    else
        (cd / && setpriv --reuid nobody --regid "$(id -g nobody)" --clear-groups "$@")
    fi
}

start_postgres() {
    local directories=(/usr/lib/postgresql/*/bin)
    SERVER_BIN=${directories[-1]}
    [[ -x $SERVER_BIN/initdb ]] || return 0
    # The path of a socket has room for a hundred bytes.
    SERVER=$(mktemp -d /tmp/pycguard-postgres.XXXXXX)
    export SERVER SERVER_BIN
    ((EUID != 0)) || chown "$(as_server id -u)" "$SERVER"
    as_server "$SERVER_BIN/initdb" -D "$SERVER/data" -A trust -U postgres -E UTF8 --no-locale --no-sync >/dev/null
    # Descriptor 3 is bats' own, which waits for all who hold it.
    as_server "$SERVER_BIN/pg_ctl" -D "$SERVER/data" -l "$SERVER/log" -w -t 60 \
        -o "-F -c listen_addresses= -c unix_socket_directories=$SERVER" start >/dev/null 3>&-
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

manage() { "$PYTHON" manage.py "$@" 2>&1; }

# sql STATEMENT: runs it, prints the rows that it gives.
sql() {
    "$PYTHON" -c '
import sys
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute(sys.argv[1])
    for row in cursor.fetchall() if cursor.description else []:
        print(*row)' "$1"
}

columns_of_account() {
    "$PYTHON" -c '
from django.db import connection
with connection.cursor() as cursor:
    print(*[c.name for c in connection.introspection.get_table_description(cursor, "shop_account")])'
}

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
    migrate_passes shop 0001
    sql "INSERT INTO shop_account (name) VALUES ('first')"
}

# names VERB PATH RULE LOADS: the one finding of the check, as programs see it, and people.
names() {
    run_pycguard "--check-$1" --format=json
    assert_status 1
    assert_json '.findings | length == 1 and (.[0] | .path == $path and .rule == $rule and
        .loads == $loads and .migration and .severity == "error")' \
        --arg path "$2" --arg rule "$3" --arg loads "$4"
    run_pycguard "--check-$1"
    assert_status 1
    assert_output_has "$2"
    assert_output_has "$3:"
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
    git commit -qm 'Take away what ran in place of the source'
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
    assert_json '.findings | length == 1 and (.[0] | .path == $path and .rule == "ghost-module" and
        .loads == "cache" and .migration and .severity == "error")' --arg path "$ghost"
    commit 'Replace the migration'

    migrate_fails 'Conflicting migrations detected; multiple leaf nodes'
    assert_output_has '(0002_add_secret, 0003_add_app_secret in shop)'
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

passes_on() {
    use "$@"
    migrate_passes
    [[ $(columns_of_account) == 'id name app_secret' ]]
    run manage makemigrations --check
    assert_status 0
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
    passes_on postgresql old
    [[ $(sql 'SELECT name FROM shop_account') == first ]]
}

# Django adds a column to SQLite's table by copying it, and a column of that name is copied over.
@test "SQLite: the ghost of a replaced migration empties the column that it adds again" {
    merged_ghost sqlite
    migrate_passes shop 0003
    sql "UPDATE shop_account SET app_secret = 'kept'"
    migrate_passes
    assert_output_has 'Applying shop.0002_add_secret... OK'
    [[ -z $(sql 'SELECT app_secret FROM shop_account') ]]

    unmerge
    passes_on sqlite new
    existing_database sqlite old
    passes_on sqlite old
    [[ $(sql 'SELECT name FROM shop_account') == first ]]
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
@test "migrations begun anew over the ghosts of the old: the same failure, and the same mend" {
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
    commit 'Begin the migrations anew'

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
    assert_output_lacks 'Django runs it'
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
    migrate_passes
    [[ $(columns_of_account) == 'id name app_secret' ]]
    names tracked "$cache" unchecked-cache cache
    names worktree "$cache" unchecked-cache cache

    take_away "$cache"
    names_nothing
    use sqlite new
    migrate_passes
    [[ $(columns_of_account) == 'id name app_token' ]]
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
    passes_on sqlite fresh
    run manage showmigrations shop
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

# ghosts_that_django_passes_over FILE...: each a ghost of $ghost; migrate passes, and Python imports it.
ghosts_that_django_passes_over() {
    local file
    for file; do
        mkdir -p "${file%/*}"
        pyc ../0002_add_secret.py "$file"
    done
    git add -f "$@"
    use sqlite fresh
    migrate_passes
    run manage showmigrations
    assert_output_lacks add_secret
    for file; do
        rm -rf ../other
        git clone -q . ../other
        names worktree "$file" ghost-module cache
    done
}
