"""A filter as one term of bit vectors, by seccomp(2) and net/core/filter.c: what it returns for a call that is unknown."""

import functools
import struct

from z3 import And, BitVec, BitVecVal, BoolVal, Extract, If, LShR, Not, Or, UDiv, UGE, UGT, is_bv_value, simplify

KILL_PROCESS = 0x80000000
WITH_DATA = (0x00030000, 0x7FF00000)
WITHOUT_DATA = (0x80000000, 0x00000000, 0x7FC00000, 0x7FFC0000, 0x7FFF0000)
ERRNO = 0x00050000
MAX_ERRNO = 4095


class Call:
    """`struct seccomp_data` of which nothing is known."""

    def __init__(self):
        self.number = BitVec("nr", 32)
        self.audit = BitVec("arch", 32)
        self.pointer = BitVec("ip", 64)
        self.args = [BitVec(f"arg{index}", 64) for index in range(6)]

    def word(self, offset):
        """The four bytes at an offset; all machines here are little-endian."""
        if offset in (0, 4):
            return (self.number, self.audit)[offset // 4]
        wide = ([self.pointer] + self.args)[(offset - 8) // 8]
        return Extract(63, 32, wide) if offset % 8 else Extract(31, 0, wide)


@functools.cache
def number(value):
    return BitVecVal(value & 0xFFFFFFFF, 32)


def kernel_reads(returned):
    """What the kernel makes of a returned number (`__seccomp_filter` in kernel/seccomp.c)."""
    action, data = returned & 0xFFFF0000, returned & 0xFFFF
    capped = If(UGT(data, MAX_ERRNO), number(MAX_ERRNO), data)
    plain = If(Or(*[action == number(one) for one in WITHOUT_DATA]), action, number(KILL_PROCESS))
    known = If(Or(*[action == number(one) for one in WITH_DATA]), returned, plain)
    return simplify(If(action == number(ERRNO), number(ERRNO) + capped, known))


ARITHMETIC = {
    0x00: lambda a, b: a + b,
    0x10: lambda a, b: a - b,
    0x20: lambda a, b: a * b,
    0x30: UDiv,
    0x40: lambda a, b: a | b,
    0x50: lambda a, b: a & b,
    0x60: lambda a, b: a << b,
    0x70: LShR,
    0x80: lambda a, b: -a,
    0xA0: lambda a, b: a ^ b,
}
COMPARISONS = {
    0x10: lambda a, b: a == b,
    0x20: UGT,
    0x30: UGE,
    0x40: lambda a, b: (a & b) != number(0),
}


def merged(condition, one, other):
    # Most registers are the very same object on both ways.
    return other if one is other or one.eq(other) else If(condition, one, other)


class Machine:
    """Every way through a program at once: ways that meet at an instruction become one state there."""

    def __init__(self, program, call):
        self.steps = list(struct.iter_unpack("<HBBI", program))
        self.call = call
        self.states = {}
        self.returns = []

    def arrive(self, at, condition, registers):
        if at in self.states:
            before, others = self.states[at]
            registers = [merged(condition, new, old) for new, old in zip(registers, others)]
            condition = Or(before, condition)
        self.states[at] = (condition, registers)

    def run(self):
        """Pairs of a condition and the number that is returned where it holds."""
        zero = number(0)
        self.arrive(0, BoolVal(True), [zero] * 18)
        for at, step in enumerate(self.steps):
            if at in self.states:
                self.step(at, step, *self.states.pop(at))
        return self.returns

    def step(self, at, step, condition, registers):
        code, jump_true, jump_false, k = step
        a, x = registers[:2]
        kind = code & 7
        operand = x if code & 8 else number(k)
        if kind == 6:
            self.returns.append((condition, a if code & 0x10 else number(k)))
        elif kind == 5 and code & 0xF0 == 0:
            self.arrive(at + 1 + k, condition, registers)
        elif kind == 5:
            test = COMPARISONS[code & 0xF0](a, operand)
            self.arrive(at + 1 + jump_true, And(condition, test), registers)
            self.arrive(at + 1 + jump_false, And(condition, Not(test)), registers)
        else:
            self.arrive(at + 1, condition, self.changed(code, k, registers, operand))

    def changed(self, code, k, registers, operand):
        a, x = registers[:2]
        kind, after = code & 7, list(registers)
        if kind in (0, 1):
            mode = code & 0xE0
            loaded = {0x00: lambda: number(k), 0x20: lambda: self.call.word(k), 0x60: lambda: registers[2 + k]}
            after[kind] = number(64) if mode == 0x80 else loaded[mode]()
        elif kind in (2, 3):
            after[2 + k] = registers[kind - 2]
        elif kind == 4:
            after[0] = simplify(ARITHMETIC[code & 0xF0](a, operand))
        else:
            after[0 if code & 0x80 else 1] = x if code & 0x80 else a
        return after


def differs(program, call, wanted):
    """Holds for a call that the program answers otherwise than `wanted`."""
    ways = {}
    for condition, returned in Machine(program, call).run():
        key = returned.as_long() if is_bv_value(returned) else id(returned)
        ways.setdefault(key, (returned, []))[1].append(condition)
    return Or(*[And(Or(*conditions), kernel_reads(returned) != wanted) for returned, conditions in ways.values()])
