# shellcheck shell=bash
# The part of every script that must work before Python, the bench user or the bench exist:
# read the settings, install missing packages, make the bench user, hand it the source, become it.
# All that follows (database, bench, sites, servers, tests) is script/house.py.

set -Eeuo pipefail
umask 022

CHECKOUT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
STEP_NAME="Start"

# Variables that go along to the bench user; everything else of root's environment stays behind.
# The first line is how a machine reaches the outside world, the second what our scripts read.
KEEP='^([Hh][Tt][Tt][Pp][Ss]?_[Pp][Rr][Oo][Xx][Yy]|[Nn][Oo]_[Pp][Rr][Oo][Xx][Yy]|[Aa][Ll][Ll]_[Pp][Rr][Oo][Xx][Yy]|SSL_CERT_FILE|SSL_CERT_DIR|CURL_CA_BUNDLE|REQUESTS_CA_BUNDLE|NODE_EXTRA_CA_CERTS|NODE_OPTIONS|GIT_SSL_CAINFO|GIT_SSL_CAPATH|GIT_CONFIG_[A-Z0-9_]+|PIP_[A-Z_]+|UV_[A-Z_]+|npm_config_[a-z_]+|NPM_CONFIG_[A-Z_]+|YARN_[A-Z_]+)$'
KEEP_OURS='^(PETITION_PROXY_[A-Z_]+|FRAPPE_REPO|FRAPPE_BRANCH|DB_HOST|DB_PORT|DB_ROOT_USER|DB_ROOT_PASSWORD|REDIS_CACHE|REDIS_QUEUE|CI|TERM|TZ|PLAYWRIGHT_[A-Z_]+)$'

say() { printf '%s\n' "$*"; }

begin() {
	STEP_NAME=$1
	STEP_STARTED=$(date +%s)
	say "==> $STEP_NAME"
}

finish() { say "    ${1:-done} ($(($(date +%s) - STEP_STARTED)) s)"; }

fail() { # fail CAUSE REMEDY
	say "" >&2
	say "FAILED: $STEP_NAME" >&2
	say "Cause:  $1" >&2
	say "Remedy: $2" >&2
	exit 1
}

# Only in the outermost shell: a failing subshell makes that one fail too.
trap 'status=$?; [ "$BASH_SUBSHELL" != 0 ] || fail "line $LINENO of $(basename "${BASH_SOURCE[0]}") ended with status $status" "read the lines above, then run the same command again"' ERR

# --- packages -------------------------------------------------------------------------------------

# what it is satisfied by | package, first one the distribution has | why
# MariaDB and Redis come as their plain programs: the -server packages would start a system service.
PACKAGES='
cmd:git|git|to fetch Frappe
file:/etc/ssl/certs/ca-certificates.crt|ca-certificates|to trust the servers we download from
cmd:/usr/bin/python3|python3|to run Frappe
pkg|python3-venv|to keep Python packages apart from the system
pkg|python3-dev|to build Python packages
cmd:g++|build-essential|to build Python packages
cmd:pkg-config|pkg-config,pkgconf|to build Python packages
pkg|libmariadb-dev|to build the MariaDB client for Python
pkg|libffi-dev|to build Python packages
pkg|libpango-1.0-0|to lay out PDF text
pkg|libpangoft2-1.0-0|to lay out PDF text
pkg|libcairo2|to draw PDF pages
file:/usr/share/zoneinfo/Asia/Shanghai|tzdata|to know the time in China
cmd:file|file|to look at backup files
cmd:mariadbd|mariadb-server-core,mariadb-server-core-10.6|the private database
cmd:mariadb-dump|mariadb-client-core,mariadb-client,mariadb-client-core-10.6|the client of the private database
cmd:mariadb|mariadb-client,mariadb-client-10.6|the client of the private database
cmd:redis-server redis-check-rdb|redis-tools|the private cache and job queue
cmd:node|nodejs|to build the web assets and for live updates
cmd:npm|npm|to fetch the web assets
cmd:wkhtmltopdf|wkhtmltopdf|to print PDF files
pkg|fonts-noto-cjk|to print and show Chinese
'
DEBIAN_PACKAGES='
cmd:chromium|chromium|to run the browser tests
'
# Ubuntu has Chromium only as a snap; script/test fetches its own there and needs these libraries.
UBUNTU_PACKAGES='
pkg|libnss3|to run the browser tests
pkg|libnspr4|to run the browser tests
pkg|libatk1.0-0t64,libatk1.0-0|to run the browser tests
pkg|libatk-bridge2.0-0t64,libatk-bridge2.0-0|to run the browser tests
pkg|libcups2t64,libcups2|to run the browser tests
pkg|libatspi2.0-0t64,libatspi2.0-0|to run the browser tests
pkg|libasound2t64,libasound2|to run the browser tests
pkg|libdrm2|to run the browser tests
pkg|libgbm1|to run the browser tests
pkg|libxkbcommon0|to run the browser tests
pkg|libxcomposite1|to run the browser tests
pkg|libxdamage1|to run the browser tests
pkg|libxfixes3|to run the browser tests
pkg|libxrandr2|to run the browser tests
'

has_package() { dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q '^install ok installed$'; }

candidate() { apt-cache policy "$1" 2>/dev/null | awk '$1 == "Candidate:" && $2 != "(none)" {print $2}'; }

is_satisfied() { # is_satisfied TEST PACKAGES
	local word package
	case $1 in
		cmd:*) for word in ${1#cmd:}; do command -v "$word" >/dev/null 2>&1 && return 0; done ;;
		file:*) [ -e "${1#file:}" ] && return 0 ;;
	esac
	for package in ${2//,/ }; do has_package "$package" && return 0; done
	return 1
}

missing_packages() { # prints TEST|PACKAGES|WHY lines of what is not there
	local test packages why list=$PACKAGES
	case $OS_ID in debian) list+=$DEBIAN_PACKAGES ;; ubuntu) list+=$UBUNTU_PACKAGES ;; esac
	while IFS='|' read -r test packages why; do
		[ -n "$test" ] || continue
		is_satisfied "$test" "$packages" || printf '%s|%s|%s\n' "$test" "$packages" "$why"
	done <<<"$list"
}

node_major() { node --version 2>/dev/null | sed -n 's/^v\([0-9]*\).*/\1/p'; }

NODE_REMEDY="install Node.js 18 or newer, for instance as https://github.com/nodesource/distributions describes, then run the same command again"

install_packages() {
	OS_ID=unknown OS_VERSION=unknown
	if [ -r /etc/os-release ]; then
		OS_ID=$(. /etc/os-release && printf '%s' "${ID:-unknown}")
		OS_VERSION=$(. /etc/os-release && printf '%s' "${VERSION_ID:-}")
	fi
	begin "Look for missing packages"
	if [ "${PETITION_PROXY_SKIP_PACKAGES:-}" = 1 ]; then
		finish "skipped, as PETITION_PROXY_SKIP_PACKAGES=1 asks"
		check_versions
		return
	fi
	case $OS_ID:$OS_VERSION in
		debian:12 | ubuntu:22.04 | ubuntu:24.04) ;;
		*) fail "this is $OS_ID $OS_VERSION; the packages of Debian 12, Ubuntu 22.04 and Ubuntu 24.04 are known, no others" \
			"install the programs named in the list PACKAGES of script/lib.sh yourself, then set PETITION_PROXY_SKIP_PACKAGES=1" ;;
	esac
	local missing
	missing=$(missing_packages)
	if [ -z "$missing" ]; then
		finish "nothing missing"
		check_versions
		return
	fi
	local root_do=()
	if [ "$(id -u)" != 0 ]; then
		if ! command -v sudo >/dev/null 2>&1; then
			fail "packages are missing ($(cut -d'|' -f2 <<<"$missing" | cut -d, -f1 | xargs)) and there is no sudo to install them" \
				"run script/setup once as root, or ask the administrator of this machine for these packages"
		fi
		# Without a terminal nobody can type a password.
		if [ -t 0 ]; then root_do=(sudo); else root_do=(sudo -n); fi
		if ! "${root_do[@]}" true; then
			fail "packages are missing ($(cut -d'|' -f2 <<<"$missing" | cut -d, -f1 | xargs)) and sudo refused $(id -un)" \
				"run script/setup once as root or as a user who may use sudo"
		fi
	fi
	say "    Refreshing the package lists"
	local log
	log=$(mktemp)
	"${root_do[@]}" apt-get update >"$log" 2>&1 || { tail -n 5 "$log"; fail "apt-get update failed" "check the network, the proxy variables and /etc/apt, then run the same command again"; }
	local test packages why package chosen names=()
	while IFS='|' read -r test packages why; do
		chosen=
		for package in ${packages//,/ }; do
			if [ -n "$(candidate "$package")" ]; then chosen=$package && break; fi
		done
		[ -n "$chosen" ] || fail "no package source of this machine has ${packages//,/ or }" "enable the main (Ubuntu: also universe) package source in /etc/apt, then run the same command again"
		if [ "$chosen" = nodejs ] && dpkg --compare-versions "$(candidate nodejs)" lt 18; then
			fail "Node.js is missing and $OS_ID $OS_VERSION has only version $(candidate nodejs); Frappe needs 18" "$NODE_REMEDY"
		fi
		say "    Installing $chosen: $why"
		names+=("$chosen")
	done <<<"$missing"
	if ! "${root_do[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${names[@]}" >"$log" 2>&1; then
		tail -n 15 "$log"
		fail "apt-get could not install ${names[*]}" "read the lines above; a busy package system (dpkg lock) only needs another try"
	fi
	rm -f "$log"
	finish "installed ${#names[@]} packages"
	check_versions
}

check_versions() {
	local major
	/usr/bin/python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null ||
		fail "$(/usr/bin/python3 --version 2>&1 || true) is too old or missing; Frappe 15 needs Python 3.10 at /usr/bin/python3" "use Debian 12, Ubuntu 22.04 or Ubuntu 24.04"
	major=$(node_major)
	if [ -z "$major" ] || [ "$major" -lt 18 ]; then
		fail "Node.js ${major:-(none)} is too old; Frappe needs 18" "$NODE_REMEDY"
	fi
}

# --- the bench user -------------------------------------------------------------------------------

choose_user() {
	if [ "$(id -u)" != 0 ]; then
		BENCH_USER=$(id -un)
		BENCH_USER_HOME=$HOME
		return
	fi
	BENCH_USER=${PETITION_PROXY_USER:-frappe}
	if ! id "$BENCH_USER" >/dev/null 2>&1; then
		begin "Make the user $BENCH_USER"
		useradd --create-home --shell /bin/bash "$BENCH_USER" ||
			fail "useradd could not make the user $BENCH_USER" "name another user in PETITION_PROXY_USER"
		finish
	fi
	[ "$(id -u "$BENCH_USER")" != 0 ] || fail "PETITION_PROXY_USER names an administrator" "name an ordinary user: bench refuses to run as root"
	BENCH_USER_HOME=$(getent passwd "$BENCH_USER" | cut -d: -f6)
}

as_user() { # runs a command as the bench user
	if [ "$(id -u)" = 0 ]; then
		(cd / && HOME=$BENCH_USER_HOME setpriv --reuid "$BENCH_USER" --regid "$(id -g "$BENCH_USER")" --init-groups -- "$@")
	else
		"$@"
	fi
}

make_home() {
	export PETITION_PROXY_HOME=${PETITION_PROXY_HOME:-$BENCH_USER_HOME/.local/share/petition_proxy}
	case $PETITION_PROXY_HOME in /*) ;; *) PETITION_PROXY_HOME=$PWD/$PETITION_PROXY_HOME ;; esac
	[ -d "$PETITION_PROXY_HOME" ] || as_user mkdir -p -m 700 "$PETITION_PROXY_HOME" 2>/dev/null || {
		mkdir -p -m 700 "$PETITION_PROXY_HOME" && chown "$BENCH_USER:" "$PETITION_PROXY_HOME"
	} || fail "cannot make the folder $PETITION_PROXY_HOME" "name a folder that $BENCH_USER may write in PETITION_PROXY_HOME"
	as_user test -w "$PETITION_PROXY_HOME" ||
		fail "$BENCH_USER may not write in $PETITION_PROXY_HOME" "name another folder in PETITION_PROXY_HOME, or give this one to $BENCH_USER"
}

# --- the source -----------------------------------------------------------------------------------

list_source() { # names of all files of the checkout that belong to the project, NUL-separated
	if git -C "$CHECKOUT" -c safe.directory='*' rev-parse --is-inside-work-tree >/dev/null 2>&1; then
		git -C "$CHECKOUT" -c safe.directory='*' ls-files -z --cached --others --exclude-standard |
			while IFS= read -r -d '' name; do
				if [ -e "$CHECKOUT/$name" ] || [ -L "$CHECKOUT/$name" ]; then printf '%s\0' "$name"; fi
			done
	else
		(cd "$CHECKOUT" && find . \( -name .git -o -name node_modules -o -name __pycache__ -o -path './petition_proxy/public/dist' \) \
			-prune -o \( -type f -o -type l \) ! -name '*.pyc' -print0)
	fi
}

# The bench user works on the checkout itself where it may write there, so that edits are live.
# Otherwise (a checkout of root's, a read-only one) it gets a copy, refreshed when the files changed.
hand_over_source() {
	if as_user test -w "$CHECKOUT" -a -w "$CHECKOUT/petition_proxy"; then
		export PETITION_PROXY_SOURCE=$CHECKOUT
		return
	fi
	export PETITION_PROXY_SOURCE=$PETITION_PROXY_HOME/source
	begin "Copy the source for $BENCH_USER"
	local list digest
	list=$(mktemp)
	list_source | sort -z >"$list"
	local pack=(tar -C "$CHECKOUT" --null --no-recursion -T "$list" --mtime=@0 --owner=0 --group=0 --numeric-owner --mode='u+rwX,go+rX,go-w')
	digest=$("${pack[@]}" -cf - | sha256sum | cut -c1-64)
	if [ "$(as_user cat "$PETITION_PROXY_SOURCE.digest" 2>/dev/null)" = "$digest" ] && as_user test -d "$PETITION_PROXY_SOURCE"; then
		finish "unchanged"
	else
		as_user rm -rf "$PETITION_PROXY_SOURCE.new" "$PETITION_PROXY_SOURCE.old" "$PETITION_PROXY_SOURCE.digest"
		as_user mkdir "$PETITION_PROXY_SOURCE.new"
		"${pack[@]}" -cf - | as_user tar -C "$PETITION_PROXY_SOURCE.new" -xmf -
		if as_user test -d "$PETITION_PROXY_SOURCE"; then
			as_user mv "$PETITION_PROXY_SOURCE" "$PETITION_PROXY_SOURCE.old"
		fi
		as_user mv "$PETITION_PROXY_SOURCE.new" "$PETITION_PROXY_SOURCE"
		as_user sh -c 'printf "%s" "$1" >"$2"' - "$digest" "$PETITION_PROXY_SOURCE.digest"
		as_user rm -rf "$PETITION_PROXY_SOURCE.old"
		finish
	fi
	rm -f "$list"
}

# --- the way in -----------------------------------------------------------------------------------

enter() { # enter COMMAND [ARGUMENT...]: prepare this machine, then go on in house.py as the bench user
	local out=1
	if [ "$1" = run ]; then out=2; fi # what the command itself prints must stay clean
	{
		install_packages
		choose_user
		make_home
		hand_over_source
	} >&$out
	trap - ERR
	local name
	export HOME=$BENCH_USER_HOME USER=$BENCH_USER LOGNAME=$BENCH_USER SHELL=/bin/bash LANG=C.UTF-8 LC_ALL=C.UTF-8
	export PYTHONUNBUFFERED=1
	if [ "$(id -u)" = 0 ]; then
		for name in $(compgen -e); do
			case $name in HOME | USER | LOGNAME | SHELL | LANG | LC_ALL | PATH | PYTHONUNBUFFERED) continue ;; esac
			[[ $name =~ $KEEP || $name =~ $KEEP_OURS ]] || unset "$name"
		done
		# Root's own Python or Node may be closed to the bench user; the system's is open to all.
		export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
		cd "$PETITION_PROXY_HOME"
		exec setpriv --reuid "$BENCH_USER" --regid "$(id -g "$BENCH_USER")" --init-groups -- \
			/usr/bin/python3 "$PETITION_PROXY_SOURCE/script/house.py" "$@"
	fi
	export PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
	exec /usr/bin/python3 "$PETITION_PROXY_SOURCE/script/house.py" "$@"
}
