"""The private bench of a checkout: make it, keep it up to date, run it, test it.

Called by the shell scripts beside it, after `lib.sh` has installed packages and become the bench user.
Standard library only: this runs before any Python package is installed.
"""

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlparse

APP = "petition_proxy"
SITE = os.environ.get("PETITION_PROXY_SITE", "petition.localhost")
TEST_SITE = "petition-test.localhost"
SPEED_SITE = "petition-speed.localhost"
SITE_MANAGER = "site-manager@petition.invalid"
# Of the site that script/server opens, as Frappe's list of languages names it: the demo district is Chinese.
LANGUAGE = os.environ.get("PETITION_PROXY_LANGUAGE", "简体中文")
OFFICIAL_REPOSITORY = "https://github.com/frappe/frappe"
DEFAULT_BRANCH = "version-15"
DEFAULT_PORT_BASE = 18080
NEEDED_SPACE = 5 * 1024**3
PORT_OFFSETS = {
	"web": 0,
	"realtime": 1,
	"database": 2,
	"redis_cache": 3,
	"redis_queue": 4,
	"gunicorn": 5,
	"test_web": 6,
	"test_realtime": 7,
	"test_gunicorn": 8,
}
# pkg_resources, which Frappe 15 and bench import, left setuptools with version 81.
SETUPTOOLS = "setuptools<81"
TEST_TIMEOUT = int(os.environ.get("PETITION_PROXY_TEST_TIMEOUT", 2700))

SOURCE = Path(os.environ.get("PETITION_PROXY_SOURCE", Path(__file__).resolve().parent.parent))


class Trouble(Exception):
	"""A failure that the reader can do something about."""

	def __init__(self, cause: str, remedy: str):
		super().__init__(cause)
		self.cause, self.remedy = cause, remedy


class CommandFailed(Exception):
	def __init__(self, command: list[str], status: int, output: str):
		super().__init__(f"{' '.join(command[:4])} ended with status {status}")
		self.output = output


# What a command printed -> (cause, remedy). First match wins.
DIAGNOSES = (
	(r"No space left on device", "the disk is full", "free some space, then run the same command again"),
	(
		r"No matching distribution found for (\S+)",
		"the Python package index has no {0} for this machine",
		"check PIP_INDEX_URL and the version of Python, then run the same command again",
	),
	(
		r"(?i)could not fetch URL|pip.*(timed out|ConnectTimeoutError)|NewConnectionError|Failed to establish a new connection",
		"the Python package index is not reachable",
		"check the network, http_proxy/https_proxy and PIP_INDEX_URL, then run the same command again",
	),
	(
		r'error Error: (https?://\S+): Request failed "404',
		"the npm registry no longer has {0}, which this version of Frappe asks for",
		"choose another version of Frappe with FRAPPE_BRANCH",
	),
	(
		r"Couldn't find (?:any versions for|package) (\S+)",
		"the npm registry has no package {0}, which this version of Frappe asks for",
		"choose another version of Frappe with FRAPPE_BRANCH",
	),
	(
		r"getaddrinfo (?:ENOTFOUND|EAI_AGAIN) (\S+)|connect (?:ECONNREFUSED|ETIMEDOUT) (\S+)",
		"{0} is not reachable",
		"check the network and http_proxy/https_proxy, then run the same command again",
	),
	(
		r"(?i)There appears to be trouble with your network connection",
		"the npm registry is not reachable",
		"check the network and http_proxy/https_proxy, then run the same command again",
	),
	(
		r"(?i)SELF_SIGNED_CERT|UNABLE_TO_(?:GET|VERIFY)\S*|CERTIFICATE_VERIFY_FAILED|server certificate verification failed",
		"a server's certificate is not trusted",
		"point SSL_CERT_FILE, REQUESTS_CA_BUNDLE, GIT_SSL_CAINFO and NODE_EXTRA_CA_CERTS at your authority's file",
	),
	(
		r"Could not resolve host|unable to access|Could not read from remote repository",
		"a Git repository is not reachable",
		"check the network and http_proxy/https_proxy, then run the same command again",
	),
	(
		r"Access denied for user '?([^'@\s]+)",
		"the database refused the user {0}",
		"check DB_ROOT_USER and DB_ROOT_PASSWORD, then run the same command again",
	),
	(
		r"(?i)JavaScript heap out of memory|Cannot allocate memory",
		"memory ran out",
		"close other programs or add swap space; building the web assets takes about 2 GB",
	),
)


def say(text: str = "") -> None:
	print(text, flush=True)


def is_done_text(seconds: float, word: str) -> str:
	return f"    {word} ({seconds:.1f} s)"


class Steps:
	"""Names each step, times it, and turns a failure into step, cause and remedy."""

	def __init__(self, log: Path):
		self.log = log

	def do(self, name: str, action, *args) -> None:
		"""Run one step. `action` returns False (or a text saying why) if there was nothing to do."""
		say(f"==> {name}")
		started = time.monotonic()
		try:
			result = action(*args)
		except CommandFailed as failure:
			lines = failure.output.strip().splitlines()
			line, cause, remedy = diagnose(failure.output) or (
				"",
				str(failure),
				f"read the lines above or the whole log {self.log}, then run the same command again",
			)
			shown = ([line, "..."] if line and line not in lines[-25:] else []) + lines[-25:]
			say("\n".join(f"    | {line}" for line in shown))
			self.give_up(name, cause, remedy)
		except Trouble as trouble:
			self.give_up(name, trouble.cause, trouble.remedy)
		except OSError as error:
			if error.errno == errno.ENOSPC:
				self.give_up(name, "the disk is full", "free some space, then run the same command again")
			self.give_up(name, str(error), "check that the folder and its owner are as the script left them")
		word = result if isinstance(result, str) else "nothing to do" if result is False else "done"
		say(is_done_text(time.monotonic() - started, word))

	def give_up(self, name: str, cause: str, remedy: str) -> None:
		say()
		say(f"FAILED: {name}")
		say(f"Cause:  {cause}")
		say(f"Remedy: {remedy}")
		raise SystemExit(1)


def diagnose(output: str) -> tuple[str, str, str] | None:
	"""The line that tells why a command failed, the cause and the remedy; None if we do not know."""
	for pattern, cause, remedy in DIAGNOSES:
		if found := re.search(pattern, output):
			begin = output.rfind("\n", 0, found.start()) + 1
			return output[begin:].split("\n", 1)[0], cause.format(*filter(None, found.groups())), remedy
	return None


# --- the house: folders, settings, passwords ------------------------------------------------------


class House:
	"""Everything below PETITION_PROXY_HOME."""

	def __init__(self, home: Path):
		self.home = home
		self.bench = home / "bench"
		self.sites = self.bench / "sites"
		self.state = home / "state"
		self.run_folder = home / "run"
		self.logs = home / "logs"
		self.tools = home / "tools"
		for folder in (self.state, self.run_folder, self.logs, self.tools):
			folder.mkdir(parents=True, exist_ok=True)
		self.log = self.logs / "setup.log"
		self.steps = Steps(self.log)
		self.settings = self.read_settings()
		self.secrets = self.read_secrets()
		self.started: list[Service] = []

	# settings given once (ports, an existing database) hold for later runs, until given anew
	def read_settings(self) -> dict:
		path = self.state / "settings.json"
		settings = {
			"port_base": DEFAULT_PORT_BASE,
			"db_host": "",
			"db_port": "",
			"db_root_user": "root",
			"redis_cache": "",
			"redis_queue": "",
		}
		if path.exists():
			settings.update(json.loads(path.read_text()))
		for key, variable in (
			("port_base", "PETITION_PROXY_PORT_BASE"),
			("db_host", "DB_HOST"),
			("db_port", "DB_PORT"),
			("db_root_user", "DB_ROOT_USER"),
			("redis_cache", "REDIS_CACHE"),
			("redis_queue", "REDIS_QUEUE"),
		):
			if variable in os.environ:
				settings[key] = os.environ[variable]
		settings["port_base"] = int(settings["port_base"])
		write_private(path, json.dumps(settings, indent=1, sort_keys=True))
		return settings

	def read_secrets(self) -> dict:
		path = self.home / "secrets.json"
		kept = json.loads(path.read_text()) if path.exists() else {}
		wanted = dict(kept)
		for key in ("db_root_password", "redis_password", "admin_password"):
			wanted.setdefault(key, secrets.token_urlsafe(18))
		if os.environ.get("DB_ROOT_PASSWORD"):
			wanted["external_db_root_password"] = os.environ["DB_ROOT_PASSWORD"]
		if wanted != kept:
			write_private(path, json.dumps(wanted, indent=1, sort_keys=True))
		return wanted

	@property
	def frappe(self) -> tuple[str, str]:
		"""Repository and branch: as asked for, else as the bench was made, else the official ones."""
		made = (self.marked("bench") or f"{OFFICIAL_REPOSITORY} {DEFAULT_BRANCH}").split(" ")
		return os.environ.get("FRAPPE_REPO", made[0]), os.environ.get("FRAPPE_BRANCH", made[1])

	def port(self, name: str) -> int:
		return self.settings["port_base"] + PORT_OFFSETS[name]

	@property
	def has_own_database(self) -> bool:
		return not self.settings["db_host"]

	@property
	def database_address(self) -> tuple[str, int]:
		if self.has_own_database:
			return "127.0.0.1", self.port("database")
		return self.settings["db_host"], int(self.settings["db_port"] or 3306)

	@property
	def database_root(self) -> tuple[str, str]:
		if self.has_own_database:
			return "root", self.secrets["db_root_password"]
		if "external_db_root_password" not in self.secrets:
			raise Trouble(
				"DB_HOST names an existing database but DB_ROOT_PASSWORD is not set",
				"set DB_ROOT_PASSWORD (and DB_ROOT_USER if it is not root), then run the same command again",
			)
		return self.settings["db_root_user"] or "root", self.secrets["external_db_root_password"]

	def redis_url(self, kind: str) -> str:
		given = self.settings[kind]
		if given:
			return given if "://" in given else f"redis://{given}"
		return f"redis://:{self.secrets['redis_password']}@127.0.0.1:{self.port(kind)}"

	def environment(self, **more: str) -> dict[str, str]:
		env = dict(os.environ)
		env["PATH"] = ":".join(
			[
				str(self.tools / "venv/bin"),
				str(self.tools / "node/node_modules/.bin"),
				env.get("PATH", "/usr/bin:/bin"),
			]
		)
		# pip reads the machine's own index, proxy and certificate settings; uv would not read them all.
		env["BENCH_DISABLE_UV"] = "1"
		env["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
		env["PIP_CONSTRAINT"] = str(self.state / "constraints.txt")
		env["GIT_TERMINAL_PROMPT"] = "0"
		env.update(more)
		return env

	def run(self, *command, cwd: Path | None = None, stdin: str | None = None, **env: str) -> str:
		"""Run a command, keep what it prints in the log, and return it."""
		words = [str(word) for word in command]
		with self.log.open("a") as log:
			log.write(f"\n[{time.strftime('%F %T')}] $ {' '.join(words)}\n")
			log.flush()
			begin = self.log.stat().st_size
			process = subprocess.run(
				words,
				cwd=cwd or self.home,
				env=self.environment(**env),
				input=stdin,
				stdin=subprocess.DEVNULL if stdin is None else None,
				stdout=log,
				stderr=subprocess.STDOUT,
				text=True,
			)
		with self.log.open("rb") as log:
			log.seek(begin)
			output = log.read().decode(errors="replace")
		if process.returncode:
			raise CommandFailed(words, process.returncode, output)
		return output

	def in_bench(self, *arguments, **env: str) -> str:
		return self.run("bench", *arguments, cwd=self.bench, **env)

	def marker(self, name: str) -> Path:
		return self.state / name

	def mark(self, name: str, value: str = "done") -> None:
		self.marker(name).write_text(value)

	def marked(self, name: str) -> str:
		path = self.marker(name)
		return path.read_text() if path.exists() else ""


def write_private(path: Path, text: str) -> None:
	path.parent.mkdir(parents=True, exist_ok=True)
	temporary = path.with_name(path.name + ".new")
	with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
		file.write(text)
	temporary.replace(path)


# --- services -------------------------------------------------------------------------------------


class Service:
	"""A background program with a pid file, known again by the folder it works in."""

	def __init__(
		self, house: House, name: str, command: list, cwd: Path, is_ready, stop_seconds=30, **env: str
	):
		self.house, self.name, self.command, self.cwd = house, name, [str(word) for word in command], cwd
		self.is_ready, self.stop_seconds, self.env = is_ready, stop_seconds, env
		self.pid_file = house.run_folder / f"{name}.pid"
		self.log = house.logs / f"{name}.log"
		self.process: subprocess.Popen | None = None

	def pid(self) -> int | None:
		"""The process id if the program runs and is ours: a stale file may name a stranger's process."""
		try:
			pid = int(self.pid_file.read_text())
			folder = Path(os.readlink(f"/proc/{pid}/cwd"))
			if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
				return None
		except (OSError, ValueError):
			return None
		return pid if folder == self.house.home or self.house.home in folder.parents else None

	def start(self, seconds: int = 60) -> bool:
		if self.pid() and self.is_ready():
			return False
		self.log.parent.mkdir(exist_ok=True)
		begin = self.log.stat().st_size if self.log.exists() else 0
		with self.log.open("ab") as log:
			self.process = subprocess.Popen(
				self.command,
				cwd=self.cwd,
				env=self.house.environment(**self.env),
				stdin=subprocess.DEVNULL,
				stdout=log,
				stderr=subprocess.STDOUT,
				# Its own session: Ctrl-C reaches only this script, which stops the rest in good order.
				start_new_session=True,
			)
		self.pid_file.write_text(str(self.process.pid))
		deadline = time.monotonic() + seconds
		while time.monotonic() < deadline:
			if self.process.poll() is not None:
				break
			if self.is_ready():
				return True
			time.sleep(0.1)
		with self.log.open("rb") as log:
			log.seek(begin)
			output = log.read().decode(errors="replace")
		status = self.process.poll()
		self.stop()
		raise CommandFailed(
			[self.name],
			status or 1,
			output
			+ f"\n{self.name} "
			+ (f"ended with status {status}" if status is not None else f"gave no answer in {seconds} s"),
		)

	def stop(self) -> None:
		pid = self.pid()
		if pid:
			with contextlib.suppress(ProcessLookupError):
				os.killpg(pid, signal.SIGTERM)
			deadline = time.monotonic() + self.stop_seconds
			while self.pid() and time.monotonic() < deadline:
				if self.process:
					self.process.poll()
				time.sleep(0.05)
			with contextlib.suppress(ProcessLookupError, PermissionError):
				os.killpg(pid, signal.SIGKILL)
			if self.process:
				self.process.wait()
		self.pid_file.unlink(missing_ok=True)


def is_listening(port: int, host: str = "127.0.0.1") -> bool:
	with socket.socket() as probe:
		probe.settimeout(2)
		return probe.connect_ex((host, port)) == 0


def require_free(port: int, what: str) -> None:
	with socket.socket() as probe:
		probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
		try:
			probe.bind(("127.0.0.1", port))
		except OSError as error:
			raise Trouble(
				f"port {port}, wanted for {what}, is taken by another program",
				f"stop that program (see: ss -ltnp 'sport = :{port}') or set PETITION_PROXY_PORT_BASE to another"
				f" number; {len(PORT_OFFSETS)} ports from there on are used",
			) from error


def redis_answers(url: str) -> bool:
	parts = urlparse(url)
	try:
		with socket.create_connection((parts.hostname, parts.port or 6379), timeout=2) as connection:
			if parts.password:
				words = ["AUTH"] + ([parts.username] if parts.username else []) + [parts.password]
				connection.sendall((" ".join(words) + "\r\n").encode())
				if not connection.recv(200).startswith(b"+OK"):
					return False
			connection.sendall(b"PING\r\n")
			return connection.recv(200).startswith(b"+PONG")
	except OSError:
		return False


def redis_service(house: House, kind: str) -> Service:
	folder = house.home / "redis" / kind
	folder.mkdir(parents=True, exist_ok=True)
	program = shutil.which("redis-server")
	if not program:
		# Debian ships the server program in redis-tools under another name; it goes by how it is called.
		program = house.tools / "redis-server"
		checker = shutil.which("redis-check-rdb")
		if not checker:
			raise Trouble("redis-server is missing", "install the package redis-tools or redis-server")
		if not program.is_symlink():
			program.symlink_to(checker)
	lines = [
		f"port {house.port(kind)}",
		"bind 127.0.0.1",
		f"requirepass {house.secrets['redis_password']}",
		f"dir {folder}",
	]
	if kind == "redis_cache":
		lines += ["maxmemory 512mb", "maxmemory-policy allkeys-lru", 'save ""']
	write_private(folder / "redis.conf", "\n".join(lines) + "\n")
	return Service(
		house, kind, [program, folder / "redis.conf"], folder, lambda: redis_answers(house.redis_url(kind))
	)


def mariadb_client(house: House, *, socket_file: Path | None = None) -> list[str]:
	"""The command line of the client as root; the password stays in a file that only we can read."""
	if socket_file:
		return ["mariadb", "--no-defaults", f"--socket={socket_file}", "--user=root"]
	user, password = house.database_root
	host, port = house.database_address
	options = house.state / "root.cnf"
	escaped = password.replace("\\", "\\\\").replace('"', '\\"')
	write_private(
		options, f'[client]\nuser="{user}"\npassword="{escaped}"\nhost={host}\nport={port}\nprotocol=tcp\n'
	)
	return ["mariadb", f"--defaults-file={options}"]


def database_answers(house: House) -> bool:
	command = [*mariadb_client(house), "--connect-timeout=3", "-e", "select 1"]
	return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True).returncode == 0


def mariadb_command(house: House) -> list[str]:
	folder = house.home / "db"
	memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
	buffer = "1G" if memory >= 8 * 1024**3 else "256M"
	return [
		shutil.which("mariadbd") or "mariadbd",
		"--no-defaults",
		f"--datadir={folder / 'data'}",
		f"--socket={folder / 'mariadb.sock'}",
		f"--pid-file={folder / 'mariadb.pid'}",
		# of its own, for the names of its temporary files are unique within one server only
		f"--tmpdir={folder / 'tmp'}",
		"--character-set-server=utf8mb4",
		"--collation-server=utf8mb4_unicode_ci",
		"--skip-character-set-client-handshake",
		"--skip-name-resolve",
		f"--innodb-buffer-pool-size={buffer}",
		"--max-allowed-packet=256M",
		"--max-connections=200",
		"--bind-address=127.0.0.1",
		f"--port={house.port('database')}",
		*os.environ.get("PETITION_PROXY_DB_OPTIONS", "").split(),
	]


def make_database(house: House) -> bool:
	"""The data folder of the private database, closed to everyone but root with our password."""
	folder = house.home / "db"
	data, socket_file = folder / "data", folder / "mariadb.sock"
	if len(str(socket_file)) > 100:
		raise Trouble(
			f"the path of the database socket is too long for the system ({socket_file})",
			"choose a shorter folder in PETITION_PROXY_HOME",
		)
	(folder / "tmp").mkdir(parents=True, exist_ok=True, mode=0o700)
	if house.marked("database"):
		return False
	# A first try that broke off leaves a folder nobody has used yet.
	for old in ("mariadb", "mariadb-first"):
		Service(house, old, [], folder, lambda: False).stop()
	shutil.rmtree(data, ignore_errors=True)
	folder.mkdir(exist_ok=True, mode=0o700)
	house.run(
		"mariadb-install-db",
		"--no-defaults",
		f"--datadir={data}",
		"--auth-root-authentication-method=normal",
		"--skip-test-db",
		"--skip-name-resolve",
	)
	password = house.secrets["db_root_password"]
	first = Service(
		house,
		"mariadb-first",
		[*mariadb_command(house), "--skip-networking"],
		folder,
		lambda: (
			subprocess.run(
				[*mariadb_client(house, socket_file=socket_file), "-e", "select 1"], capture_output=True
			).returncode
			== 0
		),
	)
	first.start()
	try:
		house.run(
			*mariadb_client(house, socket_file=socket_file),
			stdin=f"""
			delete from mysql.global_priv where User = '' or (User = 'root' and Host <> 'localhost');
			flush privileges;
			create user 'root'@'127.0.0.1' identified by '{password}';
			grant all on *.* to 'root'@'127.0.0.1' with grant option;
			alter user 'root'@'localhost' identified by '{password}';
			""",
		)
	finally:
		first.stop()
	house.mark("database")
	return True


def mariadb_service(house: House) -> Service:
	return Service(
		house, "mariadb", mariadb_command(house), house.home / "db", lambda: database_answers(house), 60
	)


def start_database(house: House) -> bool | str:
	if not house.has_own_database:
		host, port = house.database_address
		if not database_answers(house):
			raise Trouble(
				f"the database at {host}:{port} does not answer, or refuses {house.database_root[0]}",
				"check DB_HOST, DB_PORT, DB_ROOT_USER and DB_ROOT_PASSWORD, then run the same command again",
			)
		return f"using the existing one at {host}:{port}"
	service = mariadb_service(house)
	house.started.append(service)
	if service.pid() and service.is_ready():
		return "already running"
	if not service.pid():
		require_free(house.port("database"), "the private MariaDB")
	service.start(120)
	return True


def start_redis(house: House, kind: str) -> bool | str:
	if house.settings[kind]:
		if not redis_answers(house.redis_url(kind)):
			raise Trouble(
				f"the Redis server of {kind.upper()} does not answer, or wants another password",
				f"set {kind.upper()} to an address like redis://127.0.0.1:6379/1, then run the same command again",
			)
		return "using the existing one"
	service = redis_service(house, kind)
	house.started.append(service)
	if service.pid() and service.is_ready():
		return "already running"
	if not service.pid():
		require_free(house.port(kind), "the private Redis")
	service.start()
	return True


@contextlib.contextmanager
def services(house: House):
	"""Database and Redis up for the time of the block; the last script that needs them stops them."""
	users = (house.run_folder / "users.lock").open("w")
	fcntl.flock(users, fcntl.LOCK_SH)
	try:
		with setup_lock(house):
			if house.has_own_database:
				house.steps.do("Make the private database", make_database, house)
			house.steps.do("Start the database", start_database, house)
			house.steps.do("Start Redis (cache)", start_redis, house, "redis_cache")
			house.steps.do("Start Redis (queue)", start_redis, house, "redis_queue")
		yield
	finally:
		fcntl.flock(users, fcntl.LOCK_UN)
		with contextlib.suppress(BlockingIOError):
			fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
			for service in reversed(house.started):
				service.stop()
		users.close()


# --- bench, app, sites ----------------------------------------------------------------------------


def check_machine(house: House) -> bool:
	for program in ("git", "node", "npm", "mariadb", "mariadb-dump"):
		if not shutil.which(program):
			raise Trouble(f"{program} is missing", "run script/setup without PETITION_PROXY_SKIP_PACKAGES")
	free = shutil.disk_usage(house.home).free
	if free < NEEDED_SPACE and not house.marked("bench"):
		raise Trouble(
			f"only {free / 1024**3:.1f} GB are free in {house.home}; 5 GB are needed",
			"free some space or name a folder on a larger disk in PETITION_PROXY_HOME",
		)
	return True


def install_tools(house: House) -> bool:
	write_private(house.state / "constraints.txt", SETUPTOOLS + "\n")
	work = False
	if not house.marked("tools"):
		shutil.rmtree(house.tools / "venv", ignore_errors=True)
		house.run("/usr/bin/python3", "-m", "venv", house.tools / "venv")
		house.run(house.tools / "venv/bin/pip", "install", "--quiet", "frappe-bench", SETUPTOOLS, "wheel")
		house.mark("tools")
		work = True
	path = house.environment()["PATH"]
	if not shutil.which("yarn", path=path):
		house.run("npm", "install", "--prefix", house.tools / "node", "--no-fund", "--no-audit", "yarn@1")
		work = True
	return work


def make_bench(house: House) -> bool | str:
	repository, branch = house.frappe
	wanted = f"{repository} {branch}"
	made = house.marked("bench")
	if made:
		if made != wanted:
			raise Trouble(
				f"this bench was made from {made}, not from {wanted}",
				"name another folder in PETITION_PROXY_HOME for another version of Frappe",
			)
		return False
	try:
		heads = house.run("git", "ls-remote", repository, branch)
	except CommandFailed as failure:
		raise Trouble(
			f"the repository {repository} is not reachable: {failure.output.strip().splitlines()[-1]}",
			"check the network and http_proxy/https_proxy, or name a mirror in FRAPPE_REPO",
		) from failure
	if not re.search(r"\srefs/(heads|tags)/", heads):
		raise Trouble(f"the repository {repository} has no branch {branch}", "name a branch in FRAPPE_BRANCH")
	# bench cannot go on with a half-made folder, so a broken-off one is made anew.
	shutil.rmtree(house.bench, ignore_errors=True)
	# bench names the app after the last part of the address, and that may be any name at a mirror.
	clone = house.home / "fetch" / "frappe"
	shutil.rmtree(clone, ignore_errors=True)
	house.run("git", "clone", "--depth=1", f"--branch={branch}", "--origin=upstream", repository, clone)
	house.run(
		"bench",
		"init",
		"--skip-redis-config-generation",
		"--no-backups",
		"--skip-assets",
		"--python",
		"/usr/bin/python3",
		"--frappe-path",
		clone,
		"--frappe-branch",
		branch,
		house.bench,
	)
	house.run("git", "remote", "set-url", "upstream", repository, cwd=house.bench / "apps/frappe")
	shutil.rmtree(clone.parent)
	house.run(house.bench / "env/bin/python", "-m", "pip", "install", "--quiet", SETUPTOOLS)
	house.mark("bench", wanted)
	return True


def read_json(path: Path) -> dict:
	return json.loads(path.read_text()) if path.exists() else {}


def write_config(path: Path, **values) -> bool:
	"""Set keys of a JSON file (None removes one); tell whether that changed anything."""
	before = read_json(path)
	after = {**before, **values}
	after = {key: value for key, value in after.items() if value is not None}
	if after == before:
		return False
	write_private(path, json.dumps(after, indent=1, sort_keys=True))
	return True


def configure_bench(house: House) -> bool:
	host, port = house.database_address
	return write_config(
		house.sites / "common_site_config.json",
		db_host=host,
		db_port=port,
		redis_cache=house.redis_url("redis_cache"),
		redis_queue=house.redis_url("redis_queue"),
		redis_socketio=house.redis_url("redis_queue"),
		webserver_port=house.port("web"),
		socketio_port=house.port("realtime"),
		default_site=SITE,
		serve_default_site=True,
		live_reload=False,
		# left by a site creation that was killed
		root_password=None,
		admin_password=None,
	)


def app_digest(house: House) -> str:
	"""A digest of all files that the bench uses of this app (not of tests in the browser, docs, scripts)."""
	digest = hashlib.sha256()
	skipped = {"__pycache__", "node_modules", "dist"}
	files = [SOURCE / "pyproject.toml", SOURCE / "setup.py"]
	for folder, folders, names in os.walk(SOURCE / APP):
		folders[:] = sorted(set(folders) - skipped)
		files += [Path(folder) / name for name in sorted(names) if not name.endswith((".pyc", ".swp"))]
	for file in files:
		if file.is_file():
			digest.update(f"{file.relative_to(SOURCE)}\0{file.stat().st_size}\0".encode())
			digest.update(file.read_bytes())
	return digest.hexdigest()


def get_app(house: House) -> bool:
	"""Bring the app into the bench as a link to the source, so that what changes there is live."""
	link = house.bench / "apps" / APP
	if not (link.is_symlink() and Path(os.readlink(link)) == SOURCE):
		if link.is_symlink() or link.exists():
			link.unlink() if link.is_symlink() else shutil.rmtree(link)
		link.symlink_to(SOURCE)
		house.marker("app").unlink(missing_ok=True)
	requirements = hashlib.sha256((SOURCE / "pyproject.toml").read_bytes()).hexdigest()
	if house.marked("app") == requirements:
		return False
	house.run(house.bench / "env/bin/python", "-m", "pip", "install", "--quiet", "-e", link)
	apps = house.sites / "apps.txt"
	names = apps.read_text().split()
	if APP not in names:
		apps.write_text("\n".join([*names, APP]) + "\n")
	house.mark("app", requirements)
	return True


def build_assets(house: House) -> bool:
	digest = app_digest(house)
	if not house.marked("frappe-assets"):
		# --force: build here; else bench would ask a server abroad for ready-made files first.
		house.in_bench("build", "--force")
		house.mark("frappe-assets")
	elif house.marked("assets") == digest and (SOURCE / APP / "public" / "dist").is_dir():
		return False  # a fresh copy of the source comes without what was built from the one before
	else:
		house.in_bench("build", "--app", APP)
	house.mark("assets", digest)
	return True


@contextlib.contextmanager
def root_password_in_config(house: House, admin_password: str):
	"""Frappe reads both from the bench's private config; on a command line every user could read them."""
	config = house.sites / "common_site_config.json"
	write_config(config, root_password=house.database_root[1], admin_password=admin_password)
	try:
		yield
	finally:
		write_config(config, root_password=None, admin_password=None)


def make_site(house: House, site: str) -> bool:
	if house.marked(f"{site}.made"):
		return False
	shutil.rmtree(house.sites / site, ignore_errors=True)
	help_text = house.in_bench("new-site", "--help")
	if "--mariadb-user-host-login-scope" in help_text:
		scope = ["--mariadb-user-host-login-scope", "%"]
	else:
		scope = ["--no-mariadb-socket"]
	root_user, _password = house.database_root
	with root_password_in_config(house, house.secrets["admin_password"]):
		house.in_bench("new-site", site, "--force", "--db-root-username", root_user, *scope)
	house.mark(f"{site}.made")
	return True


def installed_apps(house: House, site: str) -> list[str]:
	output = house.in_bench("--site", site, "list-apps")
	return [line.split()[0] for line in output.splitlines() if line.strip()]


def install_app(house: House, site: str) -> bool | str:
	digest = app_digest(house)
	mark = house.marked(f"{site}.installed")
	if mark == digest:
		return False
	if mark or (not house.marked(f"{site}.installing") and APP in installed_apps(house, site)):
		house.in_bench("--site", site, "migrate", "--skip-search-index")
		word = "migrated"
	else:
		if house.marked(f"{site}.installing"):
			# A first installation that broke off half-way: the site holds nothing yet, so make it anew.
			for name in ("made", "answered", "demo"):
				house.marker(f"{site}.{name}").unlink(missing_ok=True)
			make_site(house, site)
		house.mark(f"{site}.installing")
		house.in_bench("--site", site, "install-app", APP)
		house.marker(f"{site}.installing").unlink()
		word = "installed"
	house.mark(f"{site}.installed", digest)
	return word


def answer_setup_questions(house: House, site: str, language: str) -> bool:
	"""What Frappe's setup wizard asks at the first login; until then every page leads to the wizard."""
	if house.marked(f"{site}.answered"):
		return False
	answers = {
		"language": language,
		"country": "China",
		# Deadlines end at the midnight of this zone.
		"timezone": "Asia/Shanghai",
		"currency": "CNY",
		"enable_telemetry": 0,
	}
	# Frappe wants one System Manager beside Administrator, and else makes one of the first user who comes along.
	# This one has no password, so nobody can log in as it until Administrator sets one.
	house.in_bench("--site", site, "add-system-manager", SITE_MANAGER, "--first-name", "Site Manager")
	method = "frappe.desk.page.setup_wizard.setup_wizard.setup_complete"
	house.in_bench("--site", site, "execute", method, "--kwargs", repr({"args": answers}))
	house.mark(f"{site}.answered")
	return True


def configure_site(house: House, site: str, web_port: str) -> bool:
	return write_config(
		house.sites / site / "site_config.json", host_name=f"http://127.0.0.1:{house.port(web_port)}"
	)


@contextlib.contextmanager
def setup_lock(house: House):
	lock = (house.run_folder / "setup.lock").open("w")
	try:
		fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
	except BlockingIOError:
		say("    another script is setting up this bench; waiting for it")
		fcntl.flock(lock, fcntl.LOCK_EX)
	try:
		yield
	finally:
		lock.close()


def set_up_bench(house: House) -> None:
	do = house.steps.do
	do("Install the bench command", install_tools, house)
	do(f"Make the bench (Frappe {house.frappe[1]})", make_bench, house)
	do("Write the bench's settings", configure_bench, house)
	do("Get the app from the checkout", get_app, house)
	do("Build the web assets", build_assets, house)


def set_up_site(house: House) -> None:
	do = house.steps.do
	do(f"Make the site {SITE}", make_site, house, SITE)
	do(f"Bring the app to the site {SITE}", install_app, house, SITE)
	do("Answer Frappe's setup questions", answer_setup_questions, house, SITE, LANGUAGE)
	do("Write the site's settings", configure_site, house, SITE, "web")


def command_setup(house: House) -> int:
	house.steps.do("Check this machine", check_machine, house)
	with services(house), setup_lock(house):
		set_up_bench(house)
		set_up_site(house)
	say()
	say(f"The bench is in {house.bench}, the site is {SITE}.")
	say("script/server starts it; script/run bench ... runs a bench command in it.")
	return 0


# --- running --------------------------------------------------------------------------------------


def url_answers(url: str) -> bool:
	opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
	try:
		with opener.open(url, timeout=20) as answer:
			return answer.status == 200
	except OSError:
		return False


def web_services(house: House, site: str, prefix: str, bind: str) -> list[Service]:
	"""Web server, live updates and the front door that joins them on one port."""
	web, realtime, gunicorn = (
		house.port(prefix + "web"),
		house.port(prefix + "realtime"),
		house.port(prefix + "gunicorn"),
	)
	for port, what in ((web, "the web address"), (realtime, "live updates"), (gunicorn, "the web server")):
		require_free(port, what)
	script = SOURCE / "script"
	return [
		Service(
			house,
			f"{prefix}gunicorn",
			[
				house.bench / "env/bin/gunicorn",
				f"--bind=127.0.0.1:{gunicorn}",
				"--workers=2",
				"--threads=4",
				"--timeout=120",
				"--graceful-timeout=5",
				"frappe.app:application_with_statics()",
			],
			house.sites,
			lambda: is_listening(gunicorn),
			10,
		),
		Service(
			house,
			f"{prefix}realtime",
			["node", house.bench / "apps/frappe/socketio.js"],
			house.bench,
			lambda: is_listening(realtime),
			5,
			NODE_OPTIONS=f"{os.environ.get('NODE_OPTIONS', '')} --require {script / 'loopback.cjs'}".strip(),
			FRAPPE_SOCKETIO_PORT=str(realtime),
			FRAPPE_SITE=site,
		),
		Service(
			house,
			f"{prefix}frontdoor",
			["node", script / "frontdoor.cjs", bind, web, gunicorn, realtime, site],
			house.bench,
			lambda: url_answers(f"http://127.0.0.1:{web}/login"),
			5,
		),
	]


def job_services(house: House, with_scheduler: bool) -> list[Service]:
	bench = house.tools / "venv/bin/bench"
	jobs = [Service(house, "worker", [bench, "worker"], house.bench, lambda: True, 15)]
	if with_scheduler:
		jobs.append(Service(house, "scheduler", [bench, "schedule"], house.bench, lambda: True, 10))
	return jobs


@contextlib.contextmanager
def running(house: House, programs: list[Service]):
	begun = []
	try:
		for program in programs:
			begun.append(program)
			house.steps.do(f"Start {program.name.replace('_', ' ')}", program.start)
		yield
	finally:
		for program in reversed(begun):
			program.stop()


def fill_demo(house: House) -> bool | str:
	if house.marked(f"{SITE}.demo"):
		return False
	counted = house.in_bench("--site", SITE, "execute", "frappe.db.count", "--args", '["Petition"]')
	if counted.split()[-1:] not in ([], ["0"]):
		house.mark(f"{SITE}.demo")
		return "the site holds petitions already"
	house.in_bench("--site", SITE, "make-demo-district")
	house.mark(f"{SITE}.demo")
	return True


def lan_addresses() -> list[str]:
	try:
		output = subprocess.run(["hostname", "-I"], capture_output=True, text=True).stdout
	except FileNotFoundError:
		output = ""
	return ["127.0.0.1", *(word for word in output.split() if "." in word)]


def command_server(house: House) -> int:
	bind = os.environ.get("PETITION_PROXY_BIND", "127.0.0.1")
	do = house.steps.do
	do("Check this machine", check_machine, house)
	with services(house):
		with setup_lock(house):
			set_up_bench(house)
			set_up_site(house)
			do("Fill the demo district", fill_demo, house)
		programs = []
		do(
			"Look for free ports",
			lambda: programs.extend(
				[*web_services(house, SITE, "", bind), *job_services(house, with_scheduler=True)]
			),
		)
		with running(house, programs):
			logins = house.in_bench("--site", SITE, "execute", f"{APP}.setup.demo.print_logins")
			hosts = ["127.0.0.1"] if bind == "127.0.0.1" else lan_addresses() if bind == "0.0.0.0" else [bind]
			say()
			say("The district is open at")
			for host in hosts:
				say(f"    http://{host}:{house.port('web')}")
			say()
			say(logins.strip())
			say(f"Administrator: password {house.secrets['admin_password']}")
			say()
			say("Ctrl-C stops everything.")
			while True:
				time.sleep(1)
				for program in programs:
					if program.process and program.process.poll() is not None:
						tail = program.log.read_text(errors="replace").splitlines()[-15:]
						say("\n".join(f"    | {line}" for line in tail))
						say(f"FAILED: {program.name} ended with status {program.process.returncode}")
						say(f"Remedy: read {program.log}, then start again; everything else is being stopped")
						return 1


def command_run(house: House, arguments: list[str]) -> int:
	if not arguments:
		say(f"Usage: script/run COMMAND [ARGUMENT...], like: script/run bench --site {SITE} console")
		return 2
	if not house.marked("bench"):
		say("There is no bench yet. Run script/setup first.")
		return 1
	with contextlib.redirect_stdout(sys.stderr), services(house):
		environment = house.environment(PETITION_PROXY_SITE=SITE)
		# Ctrl-C is for the command (a console, say), not for us.
		signal.signal(signal.SIGINT, lambda *_: None)
		try:
			return subprocess.run(arguments, cwd=house.bench, env=environment).returncode
		except FileNotFoundError:
			say(f"There is no command {arguments[0]}.")
			return 127


# --- speed ----------------------------------------------------------------------------------------


def make_speed_site(house: House) -> bool | str:
	done = [make_site(house, SPEED_SITE), install_app(house, SPEED_SITE)]
	done.append(answer_setup_questions(house, SPEED_SITE, "English"))
	# The measurements empty their site: the flag says that this one is for that.
	config = house.sites / SPEED_SITE / "site_config.json"
	done.append(write_config(config, petition_proxy_bench=1, pause_scheduler=True))
	return any(done)


def command_bench(house: House, arguments: list[str]) -> int:
	petitions, filings, page = arguments
	sizes = {"petitions": int(petitions), "filings": int(filings), "out": page}
	return run_on_speed_site(house, "petition_proxy.utils.bench_report.run", sizes)


def command_measure_exports(house: House, arguments: list[str]) -> int:
	return run_on_speed_site(house, "petition_proxy.utils.export_meter.run", {"rows": int(arguments[0])})


def run_on_speed_site(house: House, method: str, values: dict) -> int:
	house.steps.do("Check this machine", check_machine, house)
	with services(house), setup_lock(house):
		set_up_bench(house)
		house.steps.do(f"Make the site {SPEED_SITE}", make_speed_site, house)
		sizes = repr(values)
		command = ["bench", "--site", SPEED_SITE, "execute", method, "--kwargs", sizes]
		return subprocess.run(command, cwd=house.bench, env=house.environment()).returncode


# --- tests ----------------------------------------------------------------------------------------


class Tally:
	"""Passed and failed tests of all suites. A suite that breaks or runs nothing counts as a failure."""

	def __init__(self):
		self.passed = self.failed = 0
		self.by_suite: dict[str, int] = {}

	def add(self, suite: str, output: str, status: int, why: str = "") -> None:
		ran = sum(int(number) for number in re.findall(r"^Ran (\d+) tests? in ", output, re.MULTILINE))
		failed = skipped = 0
		for line in re.findall(r"^(?:FAILED|OK) \((.*)\)$", output, re.MULTILINE):
			for word, number in re.findall(r"([a-z ]+)=(\d+)", line):
				if word.strip() in ("failures", "errors", "unexpected successes"):
					failed += int(number)
				elif word.strip() == "skipped":
					skipped += int(number)
		if not why and not ran:
			why = "no test ran"
		if not why and status and not failed:
			why = f"the suite ended with status {status}"
		if why:
			failed += 1
			say(f"    {suite}: {why}")
		passed = max(0, ran - failed - skipped) if not why else max(0, ran - (failed - 1) - skipped)
		# Frappe's runner takes every test of the app, so the pure rules run there once more: count them once.
		again = min(passed, self.by_suite.get("unit", 0)) if suite == "site" else 0
		self.by_suite[suite] = passed
		self.passed += passed - again
		self.failed += failed
		note = f" ({again} of the unit tests passed here too)" if again else ""
		say(f"    {suite}: {passed - again} passed, {failed} failed, {skipped} skipped{note}")


def run_suite(tally: Tally, name: str, command: list, cwd: Path, env: dict[str, str]) -> None:
	"""Run one suite, show its output as it comes, and count its tests."""
	say(f"==> Tests: {name}")
	started = time.monotonic()
	words = [str(word) for word in command]
	process = subprocess.Popen(
		words,
		cwd=cwd,
		env=env,
		stdin=subprocess.DEVNULL,
		stdout=subprocess.PIPE,
		stderr=subprocess.STDOUT,
		text=True,
		errors="replace",
		start_new_session=True,
	)
	is_late = False

	def stop(*_):
		nonlocal is_late
		is_late = True
		with contextlib.suppress(ProcessLookupError):
			os.killpg(process.pid, signal.SIGKILL)

	previous = signal.signal(signal.SIGALRM, stop)
	signal.alarm(TEST_TIMEOUT)
	lines = []
	try:
		for line in process.stdout:
			lines.append(line)
			sys.stdout.write(line)
			sys.stdout.flush()
		status = process.wait()
	finally:
		signal.alarm(0)
		signal.signal(signal.SIGALRM, previous)
		with contextlib.suppress(ProcessLookupError):
			os.killpg(process.pid, signal.SIGKILL)
	tally.add(name, "".join(lines), status, f"stopped after {TEST_TIMEOUT} s" if is_late else "")
	say(is_done_text(time.monotonic() - started, "ended"))


def run_unit_tests(tally: Tally) -> None:
	# The system's Python, which has no Frappe: these rules must not need it.
	env = dict(os.environ, PYTHONDONTWRITEBYTECODE="1")
	command = [sys.executable, "-m", "unittest", "discover", "-s", f"{APP}/domain/tests", "-t", "."]
	run_suite(tally, "unit", command, SOURCE, env)


def dev_dependencies() -> list[str]:
	"""The packages that [tool.bench.dev-dependencies] of pyproject.toml names, as pip wants them."""
	text = (SOURCE / "pyproject.toml").read_text()
	table = re.search(r"^\[tool\.bench\.dev-dependencies\]\n(.*?)(?=^\[|\Z)", text, re.MULTILINE | re.DOTALL)
	pairs = re.findall(r'^([\w.-]+)\s*=\s*"([^"]*)"', table.group(1) if table else "", re.MULTILINE)
	return [name + version for name, version in pairs]


def install_test_packages(house: House) -> bool:
	packages = dev_dependencies()
	if house.marked("test-packages") == " ".join(packages):
		return False
	house.run(house.bench / "env/bin/python", "-m", "pip", "install", "--quiet", *packages)
	house.mark("test-packages", " ".join(packages))
	return True


def find_chromium(house: House) -> str:
	"""The path of a browser; where the distribution has none as a package, Playwright's own ("")."""
	given = os.environ.get("PETITION_PROXY_CHROMIUM")
	for name in [given] if given else ["chromium", "google-chrome", "google-chrome-stable"]:
		if path := shutil.which(name):
			return path
	if not house.marked("playwright-chromium"):
		house.run(house.bench / "env/bin/python", "-m", "playwright", "install", "chromium")
		house.mark("playwright-chromium")
	return ""


def database_of(house: House, site: str) -> str:
	return read_json(house.sites / site / "site_config.json")["db_name"]


def snapshot_folder(house: House, name: str) -> Path:
	return house.home / "snapshots" / name


def keep_snapshot(house: House, site: str, name: str) -> None:
	"""Keep database and files of a site, to start each suite from the same fresh state."""
	folder = snapshot_folder(house, name)
	new = folder.with_name(folder.name + ".new")
	shutil.rmtree(new, ignore_errors=True)
	new.mkdir(parents=True, mode=0o700)
	_program, *options = mariadb_client(house)
	house.run(
		"mariadb-dump",
		*options,
		"--single-transaction",
		"--skip-comments",
		f"--result-file={new / 'database.sql'}",
		database_of(house, site),
	)
	for kind in ("public", "private"):
		shutil.copytree(house.sites / site / kind, new / kind)
	shutil.rmtree(folder, ignore_errors=True)
	new.rename(folder)


def restore_snapshot(house: House, site: str, name: str) -> None:
	folder, database = snapshot_folder(house, name), database_of(house, site)
	client = mariadb_client(house)
	house.run(
		*client,
		"-e",
		f"drop database if exists `{database}`; create database `{database}` character set utf8mb4 collate utf8mb4_unicode_ci",
	)
	with (folder / "database.sql").open("rb") as dump:
		result = subprocess.run([*client, database], stdin=dump, capture_output=True)
	if result.returncode:
		raise CommandFailed(["mariadb"], result.returncode, result.stderr.decode(errors="replace"))
	for kind in ("public", "private"):
		shutil.rmtree(house.sites / site / kind, ignore_errors=True)
		shutil.copytree(folder / kind, house.sites / site / kind)
	house.in_bench("--site", site, "clear-cache")


def make_test_site(house: House) -> bool:
	"""A site with the app freshly installed, never migrated: kept as a snapshot for as long as the code is the same."""
	digest = app_digest(house)
	if house.marked("test-site") == digest and snapshot_folder(house, "fresh").exists():
		return False
	house.marker("test-site").unlink(missing_ok=True)
	if make_site(house, TEST_SITE) or not snapshot_folder(house, "bare").exists():
		keep_snapshot(house, TEST_SITE, "bare")
	else:
		restore_snapshot(house, TEST_SITE, "bare")
	write_config(
		house.sites / TEST_SITE / "site_config.json",
		allow_tests=True,
		# A running script/server must not start this site's jobs while a test looks at them.
		pause_scheduler=True,
		admin_password=house.secrets["admin_password"],
	)
	configure_site(house, TEST_SITE, "test_web")
	house.in_bench("--site", TEST_SITE, "install-app", APP)
	house.marker(f"{TEST_SITE}.answered").unlink(missing_ok=True)
	answer_setup_questions(house, TEST_SITE, "English")
	keep_snapshot(house, TEST_SITE, "fresh")
	house.mark("test-site", digest)
	return True


def run_site_tests(house: House, tally: Tally) -> None:
	house.steps.do("Take the fresh test site", restore_snapshot, house, TEST_SITE, "fresh")
	command = [house.tools / "venv/bin/bench", "--site", TEST_SITE, "run-tests", "--app", APP]
	# CI: without it Frappe's runner ends with status 0 whatever the tests say.
	run_suite(tally, "site", command, house.bench, house.environment(CI="1"))


def run_browser_tests(house: House, tally: Tally, modules: list[str]) -> None:
	house.steps.do("Take the fresh test site", restore_snapshot, house, TEST_SITE, "fresh")
	run_in_browser(house, tally, "browser", "browser_tests", modules)


def run_days(house: House, tally: Tally, modules: list[str]) -> None:
	"""The day of each role, in a small demo district."""
	house.steps.do("Take the fresh test site", restore_snapshot, house, TEST_SITE, "fresh")
	house.steps.do("Fill a small demo district", fill_small_demo, house)
	run_in_browser(house, tally, "days", "role_days", modules)


def fill_small_demo(house: House) -> None:
	house.in_bench("--site", TEST_SITE, "make-demo-district", "--scale", "0.1")


def run_in_browser(house: House, tally: Tally, name: str, folder: str, modules: list[str]) -> None:
	"""Run the tests of a folder of the checkout against a web server of the test site."""
	do = house.steps.do
	chromium = []
	do("Find a browser", lambda: chromium.append(find_chromium(house)))
	programs = []
	do(
		"Look for free ports",
		lambda: programs.extend(
			[
				*web_services(house, TEST_SITE, "test_", "127.0.0.1"),
				# A running script/server has a worker, which serves this site too.
				*([] if job_services(house, False)[0].pid() else job_services(house, False)),
			]
		),
	)
	with running(house, programs):
		env = house.environment(
			PETITION_PROXY_URL=f"http://127.0.0.1:{house.port('test_web')}",
			PETITION_PROXY_SITE=TEST_SITE,
			PETITION_PROXY_BENCH=str(house.bench),
			PETITION_PROXY_ADMIN_PASSWORD=house.secrets["admin_password"],
			PETITION_PROXY_CHROMIUM=chromium[0],
			PYTHONDONTWRITEBYTECODE="1",
		)
		command = [house.bench / "env/bin/python", "-m", "unittest"]
		if modules:
			command += [f"{folder}.{module}" for module in modules]
		else:
			command += ["discover", "-s", folder, "-t", "."]
		run_suite(tally, name, command, SOURCE, env)


def command_test(house: House | None, words: list[str]) -> int:
	known = ("unit", "site", "browser", "days")
	modules = [word for word in words if word.startswith("test_")]
	of_days = [module for module in modules if (SOURCE / "role_days" / f"{module}.py").exists()]
	of_browser = [module for module in modules if module not in of_days]
	suites = [word for word in words if word not in modules]
	suites += [
		name for name, some in (("browser", of_browser), ("days", of_days)) if some and name not in suites
	]
	suites = suites or list(known)
	if unknown := [name for name in suites if name not in known]:
		say(f"There is no suite {', '.join(unknown)}. Choose from: {', '.join(known)}")
		return 2
	tally = Tally()
	if "unit" in suites:
		run_unit_tests(tally)
	if set(suites) & {"site", "browser", "days"}:
		try:
			house.steps.do("Check this machine", check_machine, house)
			with services(house), setup_lock(house):
				set_up_bench(house)
				house.steps.do("Install the test packages", install_test_packages, house)
				house.steps.do(f"Make the test site {TEST_SITE}", make_test_site, house)
				runs = (
					("site", run_site_tests, ()),
					("browser", run_browser_tests, (of_browser,)),
					("days", run_days, (of_days,)),
				)
				for name, run_tests, more in runs:
					if name not in suites:
						continue
					try:
						run_tests(house, tally, *more)
					except SystemExit:
						# The step said why; the other suite still gets its turn.
						tally.add(name, "", 1, "the suite could not start")
		except SystemExit:
			tally.failed += 1
	say()
	say(f"{tally.passed} passed, {tally.failed} failed")
	return 1 if tally.failed else 0


# --- the way in -----------------------------------------------------------------------------------


def interrupted(*_):
	raise KeyboardInterrupt


def main(arguments: list[str]) -> int:
	command, *rest = arguments
	for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
		signal.signal(number, interrupted)
	if command == "test" and rest == ["unit"]:
		return command_test(None, rest)
	house = House(Path(os.environ["PETITION_PROXY_HOME"]))
	if os.geteuid() == 0:
		say("This part must not run as root: start script/setup, script/server or script/test instead.")
		return 1
	try:
		if command == "setup":
			return command_setup(house)
		if command == "server":
			return command_server(house)
		if command == "run":
			return command_run(house, rest)
		if command == "test":
			return command_test(house, rest)
		if command == "bench":
			return command_bench(house, rest)
		if command == "measure-exports":
			return command_measure_exports(house, rest)
	except KeyboardInterrupt:
		say()
		say("Stopped.")
		return 0 if command == "server" else 130
	raise SystemExit(f"unknown command {command}")


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
