"""Runs commands that may do anything, so that they can do little, and nothing of them is left.

Three kinds of walls, the best that work here:
  Namespaces     bubblewrap: a file system with the tools and the tree alone, no network, a process
                 namespace that ends as a whole; where the grader is root, as another user, too
  SeparateUser   a user who has nothing, limits, and at the end all that user's processes killed
                 and files removed; for root where namespaces do not work, as in many containers
  LimitsOnly     limits and the end of what was started: for a student's own code on her machine
All have a time limit, a limit of memory (of each process, and of all together), of processes, of a
file's size and of what is written altogether."""

import ctypes
import dataclasses
import os
import select
import shutil
import signal
import socket
import stat
import subprocess
import time

from tree import Trouble

TOOLS = "/usr/sbin:/usr/bin:/sbin:/bin"
QUIET = {"PATH": TOOLS, "LANG": "C.UTF-8", "HOME": "/tmp", "TMPDIR": "/tmp", "CCACHE_DISABLE": "1"}
MOST_SAID = 1 << 16
WRITTEN = 256 << 20  # bytes that a command may leave where it may write
FILES_LEFT = 4096
TICK = 0.05


@dataclasses.dataclass(frozen=True)
class Limits:
    seconds: int
    cpu: int  # seconds of one process
    memory: int
    processes: int
    file_size: int


@dataclasses.dataclass
class Outcome:
    status: int
    why: str  # how it ended, when that was not well
    heard: str  # through the descriptor listened to
    said: str  # on standard output and error, the end of it


def last_line(said):
    lines = said.strip().splitlines()
    return lines[-1][:200] if lines else ""


def limited(command, limits, processes=None):
    """The command under prlimit(1), which sets limits and becomes it."""
    return ["prlimit", f"--nproc={processes or limits.processes}", f"--as={limits.memory}",
            f"--fsize={limits.file_size}", "--nofile=256", "--core=0",
            f"--cpu={limits.cpu}", "--", *command]


@dataclasses.dataclass(frozen=True)
class Process:
    pid: int
    parent: int
    user: int
    state: str
    resident: int  # bytes


def table_of_processes():
    """All processes that can be seen."""
    found = []
    page = os.sysconf("SC_PAGE_SIZE")
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            user = os.stat(f"/proc/{name}").st_uid
            with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                fields = file.read().rpartition(")")[2].split()
        except OSError:
            continue
        found.append(Process(int(name), int(fields[1]), user, fields[0], int(fields[21]) * page))
    return found


def descendants(root):
    """The processes below one."""
    children = {}
    for row in table_of_processes():
        children.setdefault(row.parent, []).append(row)
    found, waiting = [], [root]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += [row.pid for row in below]
    return found


def below(folder, wanted=lambda path: True):
    """The paths below a folder, folders before what is in them; in those folders that are wanted."""
    for where, folders, names in os.walk(folder):
        yield from (os.path.join(where, name) for name in folders + names)
        folders[:] = [name for name in folders if wanted(os.path.join(where, name))]


def status_of(path):
    try:
        return os.lstat(path)
    except OSError:
        return None


def blocks_of(paths):
    """(bytes, files) that these take on their disk."""
    found = [status.st_blocks * 512 for path in paths if (status := status_of(path))]
    return sum(found), len(found)


class Ears:
    """What comes out of some descriptors: of each the end of it, so that nobody can fill memory."""

    def __init__(self, *descriptors):
        self.heard = {descriptor: b"" for descriptor in descriptors}
        self.open = set(descriptors)

    def listen(self, seconds):
        """Waits so long for something, and takes it."""
        ready, _, _ = select.select(list(self.open), [], [], seconds)
        for descriptor in ready:
            some = os.read(descriptor, MOST_SAID)
            self.heard[descriptor] = (self.heard[descriptor] + some)[-MOST_SAID:]
            if not some:
                self.open.discard(descriptor)
        return bool(ready)

    def drain(self):
        """Takes what is still there, after those who spoke have ended."""
        while self.open and self.listen(0):
            pass


def wait_for(started, seconds):
    try:
        started.wait(seconds)
    except subprocess.TimeoutExpired:
        pass


class Walls:
    """What all kinds have in common: begin, watch, end."""

    name = ""  # as reports say it

    def run(self, command, *, limits, give=(), listen=None, scratch=None, tree=None, building=False):
        """Runs a command and ends all that it started. It gets the descriptors `give`, which are
        closed here; what comes through `listen` is heard, and that is closed, too. It sees `tree`, and
        may write there when it is building, and in `scratch`."""
        started = self.begin(command, limits, give, scratch, tree, building)
        for descriptor in give:
            os.close(descriptor)
        out = started.stdout.fileno()
        ears = Ears(out, *([] if listen is None else [listen]))
        try:
            why = self.watch(started, ears, limits, scratch)
        finally:
            self.end(started)
        ears.drain()
        started.stdout.close()
        if listen is not None:
            os.close(listen)
        said = ears.heard[out].decode(errors="replace")
        heard = ears.heard.get(listen, b"").decode(errors="replace")
        return Outcome(started.returncode, why or how_it_ended(started.returncode, said), heard, said)

    def watch(self, started, ears, limits, scratch):
        """Listens until the end. Gives the limit that was passed, or None."""
        begin = time.monotonic()
        look = begin + TICK
        while started.poll() is None:
            if ears.open:
                ears.listen(TICK)
            else:  # nothing more will be said: it is about to end, or hides
                wait_for(started, TICK)
            now = time.monotonic()
            if now - begin > limits.seconds:
                return f"it ran longer than {limits.seconds} s"
            if now < look:
                continue
            look = now + 4 * TICK  # looking costs more than listening
            if sum(row.resident for row in self.alive(started)) > limits.memory:
                return f"it took more than {limits.memory >> 20} MiB of memory"
            size, count = self.left(scratch)
            if size > WRITTEN or count > FILES_LEFT:
                return f"it wrote more than {WRITTEN >> 20} MiB, or {FILES_LEFT} files"
        return None

    def left(self, scratch):
        """(bytes, files) that a command has left so far."""
        return blocks_of(below(scratch)) if scratch else (0, 0)

    def own(self, folder, may_write):
        """Lets commands write in a folder, or no longer."""


def others_processes(user):
    return sum(row.user == user for row in table_of_processes())


class LimitsOnly(Walls):
    """No walls: the command could do whatever its user can."""

    name = "limits only: nothing keeps a submission from this user's files"

    def begin(self, command, limits, give, scratch, tree, building):
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER: orphans come to us
        processes = limits.processes + others_processes(os.getuid())
        return subprocess.Popen(limited(command, limits, processes), stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, pass_fds=give,
                                start_new_session=True, cwd=scratch or tree)

    def alive(self, started):
        return descendants(os.getpid())

    def end(self, started):
        while below := [row for row in descendants(os.getpid()) if row.state != "Z"]:
            for row in below:
                try:
                    os.kill(row.pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            time.sleep(TICK / 10)
        started.wait()
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            pass


def claim(user):
    """A socket that holds a user's number for one grader, who must keep it; None: another has it. It is
    a name of Linux's own (unix(7)), which goes with its holder."""
    held = socket.socket(socket.AF_UNIX)
    try:
        held.bind(f"\0trapeze-lab-user-{user}")
    except OSError:
        held.close()
        return None
    return held


def spare_user():
    """(a number that no user has, the claim on it): root's commands become that user."""
    import pwd
    for user in range(64000, 65000):
        try:
            pwd.getpwuid(user)
        except KeyError:
            held = claim(user)
            if held and not others_processes(user):
                return user, held
    raise Trouble("there is no spare user number between 64000 and 65000")


class Apart(Walls):
    """What the two real kinds share: where root grades, the command is of a user of its own."""

    def __init__(self):
        self.user, self.held = spare_user() if os.geteuid() == 0 else (None, None)

    def spawn(self, command, give, where):
        as_user = {} if self.user is None else {"user": self.user, "group": self.user,
                                                "extra_groups": []}
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, pass_fds=give, start_new_session=True,
                                cwd=where or "/", env=QUIET, umask=0o022, **as_user)

    def own(self, folder, may_write):
        if self.user is None:
            return
        user = self.user if may_write else 0
        os.chown(folder, user, user)
        for where, folders, names in os.walk(folder):
            for name in folders + names:
                os.chown(os.path.join(where, name), user, user, follow_symlinks=False)


class Namespaces(Apart):
    """bubblewrap. What is not named here does not exist in there; only `scratch`, and a tree that is
    being built, can be written, and a small /tmp that goes with the rest."""

    @property
    def name(self):
        as_whom = "" if self.user is None else f", as user {self.user}"
        return f"bubblewrap: namespaces, no network{as_whom}"

    def begin(self, command, limits, give, scratch, tree, building):
        inside = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session",
                  "--ro-bind", "/usr", "/usr"]
        for name in ("bin", "sbin", "lib", "lib64"):
            inside += ["--ro-bind-try", f"/{name}", f"/{name}"]
        for path in ("/etc/alternatives", "/etc/ld.so.cache"):
            inside += ["--ro-bind-try", path, path]
        inside += ["--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev",
                   "--size", str(64 << 20), "--tmpfs", "/tmp"]
        if tree:
            inside += ["--bind" if building else "--ro-bind", tree, tree]
        if scratch:
            inside += ["--bind", scratch, scratch]
        inside += ["--remount-ro", "/", "--chdir", scratch or tree or "/", "--"]
        processes = limits.processes + (0 if self.user else others_processes(os.getuid()))
        return self.spawn(inside + limited(command, limits, processes), give, None)

    def alive(self, started):
        return descendants(started.pid)

    def end(self, started):
        """The first process of the namespace takes all others with it."""
        if started.poll() is None:
            started.kill()
        started.wait()


class SeparateUser(Apart):
    """Another user, who can write where everybody can; what that left is removed. `keep`, the
    grader's own folder, is no such place."""

    shared = ("/tmp", "/var/tmp", "/dev/shm")
    keep = ""

    @property
    def name(self):
        return (f"a separate user ({self.user}): the network, and files that everybody may read, "
                "are open to submissions")

    def begin(self, command, limits, give, scratch, tree, building):
        return self.spawn(limited(command, limits), give, scratch or tree)

    def alive(self, started):
        return [row for row in table_of_processes() if row.user == self.user]

    def may_write(self, folder):
        status = status_of(folder)
        return folder != self.keep and status and (status.st_uid == self.user or
                                                   status.st_mode & stat.S_IWOTH)

    def strays(self):
        return [path for folder in self.shared for path in below(folder, self.may_write)
                if path != self.keep and (status := status_of(path)) and status.st_uid == self.user]

    def left(self, scratch):
        return blocks_of(self.strays() + (list(below(scratch)) if scratch else []))

    def end(self, started):
        """kill -1 reaches all processes of the user at once, so none can fork ahead of it."""
        while any(row.state != "Z" for row in self.alive(started)):
            subprocess.run(["kill", "-KILL", "-1"], user=self.user, group=self.user, extra_groups=[],
                           capture_output=True, check=False)
            started.poll()
        started.wait()
        for path in reversed(self.strays()):
            try:
                os.rmdir(path) if stat.S_ISDIR(os.lstat(path).st_mode) else os.remove(path)
            except OSError:
                pass


KINDS = {"namespaces": Namespaces, "user": SeparateUser, "limits": LimitsOnly}


def works(kind):
    """Whether these walls can be built here: tries."""
    try:
        outcome = kind().run(["true"], limits=Limits(20, 5, 1 << 30, 16, 1 << 20))
    except OSError:
        return False
    return outcome.status == 0


def best():
    """The best walls that work here; LAB_WALLS names others."""
    wanted = os.environ.get("LAB_WALLS")
    if wanted:
        if wanted not in KINDS:
            raise Trouble(f"LAB_WALLS: there is no '{wanted}' (there are {', '.join(KINDS)})")
        if wanted == "user" and os.geteuid() != 0:
            raise Trouble("LAB_WALLS: only root can become another user")
        return KINDS[wanted]()
    if shutil.which("bwrap") and works(Namespaces):
        return Namespaces()
    return SeparateUser() if os.geteuid() == 0 else LimitsOnly()


def how_it_ended(status, said):
    if status == 0:
        return "it ended by itself"
    line = last_line(said)
    if status < 0 or status > 128:
        number = -status if status < 0 else status - 128
        try:
            name = signal.Signals(number).name
        except ValueError:
            name = str(number)
        return f"it died of {name}" + (f": {line}" if line else "")
    return f"it ended with status {status}" + (f": {line}" if line else "")
