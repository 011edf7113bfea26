"""What a policy says of a call, written a third time: from the documentation, the data files and the presets' rules only."""

import functools
import json
from pathlib import Path

from z3 import And, BoolVal, Extract, If, Not, Or, UGE, UGT, ULE, ULT, BitVecVal

from bpf_terms import number

DATA = Path(__file__).parents[2] / "src" / "data"
CALLS = json.loads((DATA / "syscalls.json").read_text())["calls"]
GROUPS = json.loads((DATA / "groups.json").read_text())["groups"]
AUDIT = {"x86_64": 0xC000003E, "i386": 0x40000003, "aarch64": 0xC00000B7, "riscv64": 0xC00000F3}
KERNELS = {"x86_64": ["x86_64", "i386"], "aarch64": ["aarch64"], "riscv64": ["riscv64"]}
X32 = 0x40000000
ALLOW, LOG, ENOSYS, EAFNOSUPPORT = 0x7FFF0000, 0x7FFC0000, 0x00050026, 0x00050061
FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10, "AF_NETLINK": 16, "AF_PACKET": 17, "AF_VSOCK": 40}
NEW_NAMESPACES = 0x7E020000
# Calls that do the work of others, where a filter does not see it.
RING = """accept accept4 bind close connect creat epoll_ctl epoll_wait fadvise64 fallocate fdatasync fgetxattr fsetxattr
fsync ftruncate futex_wait futex_wake getsockopt getxattr link linkat listen madvise mkdir mkdirat open openat openat2
pipe pipe2 poll ppoll pread64 preadv preadv2 pwrite64 pwritev pwritev2 read readv recv recvfrom recvmsg rename renameat
renameat2 rmdir send sendmsg sendto setsockopt setxattr shutdown socket splice statx symlink symlinkat sync_file_range tee
unlink unlinkat waitid write writev""".split()
HIDDEN = {
    "clone3": ["clone"],
    "io_uring_setup": RING,
    "io_uring_enter": RING,
    "io_uring_register": RING,
    "socketcall": """socket bind connect listen accept4 getsockname getpeername socketpair sendto recvfrom shutdown
    setsockopt getsockopt sendmsg recvmsg recvmmsg sendmmsg""".split(),
    "ipc": "semget semctl semtimedop_time64 msgget msgsnd msgrcv msgctl shmget shmat shmdt shmctl".split(),
}


@functools.cache
def members(group):
    listed = [entry for names in GROUPS[group]["from"].values() for entry in names]
    return {name for entry in listed for name in (members(entry) if entry.startswith("@") else [entry])}


def in_groups(entries, name):
    return any(entry.startswith("@") and name in members(entry) for entry in entries)


class Meaning:
    """A policy for one machine. Actions are the numbers that the kernel takes."""

    def __init__(self, policy, preset, call):
        self.policy, self.preset, self.call = policy, preset, call

    def term(self, machine):
        """The answer to a call of which nothing is known."""
        answer = number(self.policy["foreign"])
        for name in KERNELS[machine]:
            if name in self.policy["architectures"]:
                answer = If(self.call.audit == number(AUDIT[name]), self.of_architecture(name), answer)
        return answer

    def of_architecture(self, architecture):
        # Calls with one answer are one case.
        cases = {}
        for name, numbers in CALLS.items():
            if architecture in numbers:
                said = self.of_call(name, architecture)
                cases.setdefault(said.get_id(), (said, []))[1].append(numbers[architecture])
        answer = number(self.policy["unknown"])
        for said, numbers in cases.values():
            answer = If(Or(*[self.call.number == number(one) for one in numbers]), said, answer)
        if architecture == "x86_64":
            answer = If(UGE(self.call.number, number(X32)), number(self.policy["x32"]), answer)
        return answer

    def of_call(self, name, architecture):
        is_detour = self.is_detour(name, architecture)
        answer = number(ENOSYS if is_detour else self.otherwise(name))
        if name == "clone" and self.closes_namespaces():
            makes = self.call.args[0] & BitVecVal(NEW_NAMESPACES, 64) != BitVecVal(0, 64)
            answer = If(makes, number(self.policy["denied"]), answer)
        for rule in reversed(self.rules(name)):
            answer = If(And(*[self.holds(one) for one in rule["when"]]), number(rule["action"]), answer)
        if name in ("socket", "socketpair") and self.policy["sockets"] != "any":
            answer = If(self.listed_family(), answer, number(EAFNOSUPPORT))
        return answer

    def rules(self, name):
        own = [] if self.denies(name) else self.preset["rules"]
        return [rule for rule in self.policy["rules"] + own if rule["syscall"] == name]

    def denies(self, name):
        if name in self.policy["deny"]:
            return True
        return name not in self.policy["allow"] and in_groups(self.policy["deny"], name)

    def allows(self, name):
        if self.denies(name):
            return False
        if name in self.policy["allow"] or in_groups(self.policy["allow"], name):
            return True
        group = self.preset.get("group")
        is_listed = group is not None and name in members(group)
        return self.preset["listed" if is_listed else "others"] == "allow"

    def otherwise(self, name):
        if self.allows(name):
            return ALLOW
        is_error = self.policy["denied"] & 0xFFFF0000 == 0x00050000
        return ENOSYS if name == "clone3" and is_error else self.policy["denied"]

    def closes_namespaces(self):
        """Whether clone would make the namespaces that unshare may not."""
        if "clone" in self.policy["allow"] or not self.allows("clone"):
            return False
        if any(rule["syscall"] == "clone" for rule in self.preset["rules"]):
            return False
        for rule in self.policy["rules"]:
            if rule["syscall"] == "unshare":
                if rule["action"] in (ALLOW, LOG):
                    return False
                if not rule["when"]:
                    return True
        return not self.allows("unshare")

    def is_free(self, name):
        ruled = name == "clone" and self.closes_namespaces()
        families = self.policy["sockets"] != "any" and name in ("socket", "socketpair")
        return self.allows(name) and not self.rules(name) and not families and not ruled

    def is_detour(self, name, architecture):
        if name not in HIDDEN or not self.allows(name) or name in self.policy["allow"]:
            return False
        if name.startswith("io_uring") and "@io-uring" in self.policy["allow"]:
            return False
        inside = [one for one in HIDDEN[name] if architecture in CALLS.get(one, {})]
        return not all(self.is_free(one) for one in inside)

    def listed_family(self):
        low = [Extract(31, 0, self.call.args[index]) for index in (0, 1)]
        sockets = self.policy["sockets"]
        listed = Or(BoolVal(False), *[low[0] == number(FAMILIES[one]) for one in sockets])
        if "AF_PACKET" in sockets:
            return listed
        # AF_INET with SOCK_PACKET is another spelling of AF_PACKET.
        is_packet = And(low[0] == number(FAMILIES["AF_INET"]), low[1] & number(0xF) == number(10))
        return And(listed, Not(is_packet))

    def holds(self, condition):
        bits = int(condition["compare"][-2:])
        value, mask = [BitVecVal(int(str(condition.get(key, -1)), 0), bits) for key in ("value", "mask")]
        left = Extract(bits - 1, 0, self.call.args[condition["arg"]]) & mask
        relation = condition["compare"][:-2].replace("masked", "").lower()
        tests = {"eq": lambda a, b: a == b, "ne": lambda a, b: a != b, "lt": ULT, "le": ULE, "gt": UGT, "ge": UGE}
        return tests[relation](left, value)
