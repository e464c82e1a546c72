# What both ways of replaying an event need; sourced, not run. The name of the script stands before what it says.

# How long a process may take to start or to stop, in tenths of a second.
readonly PATIENCE=100

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

say() { printf '%s\n' "$(basename "$0"): $*" >&2; }
unusable() { say "$@"; exit 2; }

temporary=$(mktemp -d)
started=()

runs() { kill -0 "$1" 2>/dev/null; }

# Ends one process by its id, by force where it does not end by itself.
stop() {
    local id=$1 tenth
    kill "$id" 2>/dev/null || true
    for ((tenth = 0; tenth < PATIENCE; tenth++)); do
        runs "$id" || break
        sleep 0.1
    done
    if runs "$id"; then kill -KILL "$id" 2>/dev/null || true; fi
    wait "$id" 2>/dev/null || true
}

# The last that was started goes first.
clean_up() {
    local index
    trap '' INT TERM HUP
    for ((index = ${#started[@]} - 1; index >= 0; index--)); do stop "${started[index]}"; done
    rm -rf "$temporary"
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# Waits for the first whole line of a file that the process writes to, and prints it.
first_line() {
    local file=$1 id=$2 line tenth
    for ((tenth = 0; tenth < PATIENCE; tenth++)); do
        if IFS= read -r line 2>/dev/null <"$file"; then
            printf '%s\n' "$line"
            return
        fi
        runs "$id" || break
        sleep 0.1
    done
    return 1
}

indented() { if [[ -s $1 ]]; then sed 's/^/  /' "$1"; else echo "  none"; fi; }

# Starts the simulated world with the event's conversation in it. Sets `ready`, its first line, `control`, the address
# of its door, and `environment`, what the function needs there; MODE, PAUSE_SCOPE, NOT_RECORDED_STATUS and
# AWS_LAMBDA_LOG_LEVEL are added where they are set.
start_world() {
    local world=$1 event=$2 pair name
    [[ -x $world ]] || unusable "$world is not there; build it with \`cargo build -p world --bin world\`"
    # Nobody's proxy has a say on loopback.
    export NO_PROXY=127.0.0.1${NO_PROXY:+,$NO_PROXY} no_proxy=127.0.0.1${no_proxy:+,$no_proxy}
    "$world" --stage "$event" >"$temporary/world" &
    started+=($!)
    ready=$(first_line "$temporary/world" "$!") || unusable "the world does not start"
    control=$(python3 -c 'import json, sys; print(json.loads(sys.argv[1])["control"])' "$ready")
    environment=()
    while IFS= read -r pair; do environment+=("$pair"); done < <(
        python3 -c 'import json, sys; print(*map("=".join, json.loads(sys.argv[1])["env"].items()), sep="\n")' "$ready"
    )
    for name in MODE PAUSE_SCOPE NOT_RECORDED_STATUS AWS_LAMBDA_LOG_LEVEL; do
        if [[ -n ${!name-} ]]; then environment+=("$name=${!name}"); fi
    done
}

# Prints the event with its times moved to now, unless AS_IS=1.
event_of_now() {
    if [[ ${AS_IS-} == 1 ]]; then
        cat "$1"
    else
        python3 -c 'import sys, urllib.request as u; print(u.urlopen(sys.argv[1] + "/now", sys.stdin.buffer.read()).read().decode())' \
            "$control" <"$1"
    fi
}

# Prints what the world was asked, whose screen is in what state now, and what it would not have forgiven.
show_world() {
    python3 - "$control" "$ready" <<'PYTHON'
import json
import sys
from urllib.request import urlopen

control, staged = sys.argv[1], json.loads(sys.argv[2])["staged"]


def get(path):
    with urlopen(control + path) as answer:
        return json.load(answer)


print("\nrequests")
requests = [f"  {it['service']:<15} {it['method']} {it['path']} -> {it['status'] or 'no answer'}" for it in get("/requests")]
print("\n".join(requests or ["  none"]))
if staged:
    screens = get("/screens?conversation=" + staged["conversationId"])
    print("\nscreens")
    print("  the initiator's:  ", screens.get(staged["participantId"], "not recorded"))
    print("  the other agent's:", screens.get(staged["otherParticipantId"], "not recorded"))
complaints = get("/complaints")
if complaints:
    print("\ncomplaints", *complaints, sep="\n  ")
PYTHON
}
