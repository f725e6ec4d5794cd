# pycguard's reading of gitignore patterns against that of the git at hand.

@test "patterns, and lists of them, match as git check-ignore says" {
	command -v python3 >/dev/null || skip "no python3"
	run python3 "$BATS_TEST_DIRNAME/policy_git.py" "$BUILD_ROOT/tests/policy_tool"
	echo "$output"
	[ "$status" -eq 0 ]
}
