"""Hosts with addresses of their own: network namespaces on one switch, whose cables a test pulls.

They have no names: a process holds each, and ends when the test does, however that ends. So nothing is left of them, and
nothing of them is seen outside: the switch is in a namespace too, from which no way leads out.
"""
import functools
import shutil
import subprocess

TOOLS = ("ip", "nsenter", "setpriv", "unshare")
NOWHERE = "02:00:00:00:00:fe"  # nobody has it


class Namespace:
    """One network of the kernel's; `cat` lives in it as long as its input is open."""

    def __init__(self):
        self.holder = subprocess.Popen(["unshare", "--net", "cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE)
        self.pid = self.holder.pid
        try:
            self.holder.stdin.write(b"made\n")
            self.holder.stdin.flush()
        except BrokenPipeError:
            pass
        if self.holder.stdout.readline() != b"made\n":
            raise OSError(self.close())
        self.enter = ("nsenter", "--target", str(self.pid), "--net")

    def ip(self, *commands):
        """Words of `ip`, one string a command; all at once."""
        subprocess.run([*self.enter, "ip", "-batch", "-"], input="\n".join(commands), text=True, check=True,
                       capture_output=True)

    def close(self):
        """Returns what went wrong, if anything did."""
        return self.holder.communicate()[1].decode().strip()


@functools.lru_cache(maxsize=None)
def why_no_hosts():
    """Empty if hosts can be made here."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        return f"there is no {missing[0]} command"
    try:
        hosts = NetworkHosts(["a", "b"])
    except subprocess.CalledProcessError as e:
        return "may not make network hosts: " + e.stderr.strip()
    except OSError as e:
        return f"may not make network hosts: {e}"
    hosts.close()
    return ""


class Host:
    """A machine on the switch."""

    def __init__(self, number, switch):
        self.namespace = Namespace()
        self.switch = switch
        self.port = f"port{number}"  # of the switch
        self.v4 = f"10.77.0.{number}"
        self.v6 = f"fd00:77::{number}"
        self.card = f"02:00:00:00:00:{number:02x}"
        # What runs there ends with the test too, or it would hold the namespace.
        self.prefix = ("setpriv", "--pdeathsig", "KILL", *self.namespace.enter)
        switch.ip(f"link add {self.port} type veth peer name eth0 address {self.card} netns {self.namespace.pid}",
                  f"link set {self.port} master left up")
        self.namespace.ip("link set lo up", "link set eth0 up", f"addr add {self.v4}/24 dev eth0",
                          f"addr add {self.v6}/64 dev eth0 nodad")

    def pull_cable(self):
        self.switch.ip(f"link set {self.port} down")

    def plug_cable(self):
        self.switch.ip(f"link set {self.port} up")

    def lose_what_goes_to(self, other):
        """What it sends there gets lost on the way; it is told nothing, and what comes from there still arrives."""
        self.namespace.ip(*(f"neigh replace {to} lladdr {NOWHERE} dev eth0 nud permanent" for to in (other.v4, other.v6)))

    def lose_nothing_to(self, other):
        self.namespace.ip(*(f"neigh replace {to} lladdr {other.card} dev eth0 nud reachable"
                            for to in (other.v4, other.v6)))


class NetworkHosts:
    """Hosts by name, all plugged into the switch `left`; there is another one, `right`."""

    def __init__(self, names):
        self.hosts = {}
        self.switch = Namespace()
        try:
            self.switch.ip(*(f"link add {name} type bridge mcast_snooping 0" for name in ("left", "right")),
                           "link set left up", "link set right up")
            for number, name in enumerate(names, 1):
                self.hosts[name] = Host(number, self.switch)
        except (OSError, subprocess.CalledProcessError):
            self.close()
            raise

    def __getitem__(self, name):
        return self.hosts[name]

    def split(self, names):
        """From now on these reach only each other, and so do the rest."""
        self.switch.ip(*(f"link set {self.hosts[name].port} master right" for name in names))

    def join(self):
        self.switch.ip(*(f"link set {host.port} master left" for host in self.hosts.values()))

    def close(self):
        """Everything that runs there has to have ended."""
        for host in self.hosts.values():
            host.namespace.close()
        self.switch.close()
