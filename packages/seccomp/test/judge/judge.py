"""A second judge: asks z3 whether a program answers some call otherwise than a policy.

Reads a line of JSON for each question: machine, program (hexadecimal digits), policy, preset. A question with a `below`
is about smaller calls than that only. Writes a line for each: {"equal": true}, or a call that differs.
"""

import json
import sys

from z3 import Concat, Solver, ULT, BitVecVal, sat, unsat

from bpf_terms import Call, differs
from policy_terms import Meaning


def order(call):
    """A call as one number: by architecture, number and arguments from first to last."""
    return Concat(call.audit, call.number, *call.args, call.pointer)


def answer(question):
    call = Call()
    wanted = Meaning(question["policy"], question["preset"], call).term(question["machine"])
    solver = Solver()
    solver.add(differs(bytes.fromhex(question["program"]), call, wanted))
    if "below" in question:
        solver.add(ULT(order(call), BitVecVal(int(question["below"], 0), order(call).size())))
    found = solver.check()
    if found == unsat:
        return {"equal": True}
    if found != sat:
        return {"unknown": solver.reason_unknown()}
    model = solver.model()
    value = lambda one: hex(model.eval(one, model_completion=True).as_long())
    names = {"audit": call.audit, "number": call.number, "instructionPointer": call.pointer}
    return {"equal": False, **{name: value(one) for name, one in names.items()}, "args": [value(one) for one in call.args]}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
