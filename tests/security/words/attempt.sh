# The words of hostile programs in shell: try something, and say how it went.

# attempt WHAT COMMAND...: succeeded where the command does, refused where it fails.
attempt() {
  local what=$1 why
  shift
  if why=$( ("$@") 2>&1); then
    echo "SUCCEEDED: $what"
  else
    echo "refused: $what: ${why##*$'\n'}"
  fi
}

# write TEXT FILE: as a command, so that it can be attempted.
write() { printf %s "$1" >"$2"; }

# something COMMAND...: fails where the command prints nothing.
something() { [ -n "$("$@")" ]; }

# tried WHAT: its success shows only from outside.
tried() { echo "tried: $1"; }
