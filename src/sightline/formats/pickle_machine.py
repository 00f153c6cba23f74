"""The stack machine of pickles, of which only what makes plain data is left.

The standard library's `pickletools` parses the opcodes. Names are looked up in `pickle_names.py`
alone. joblib keeps the numbers of arrays between the opcodes; they are read where they lie.
"""

from __future__ import annotations

import pickletools
from typing import TYPE_CHECKING, Any, Final

from sightline.formats.pickle_names import (
    Array,
    Kind,
    Refused,
    Thing,
    built,
    called,
    key_of,
    made,
    named,
    product,
)

if TYPE_CHECKING:
    import io
    from collections.abc import Callable

MAX_BYTES: Final = 1 << 28
"""Of the file, of what it unpacks to, and of what its calls look at."""
MAX_STEPS: Final = 3_000_000
"""Opcodes."""
MAX_NESTED: Final = 3
MAX_PROTOCOL: Final = 5
_NOTHING: Final = frozenset({"FRAME", "READONLY_BUFFER"})
_CONSTANTS: Final[dict[str, Callable[[], Any]]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_LIST": list,
    "EMPTY_SET": list,
    "EMPTY_DICT": dict,
    "EMPTY_TUPLE": tuple,
}
_VALUES: Final = frozenset(
    {
        *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"),
        *("STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE"),
        *("BINUNICODE8", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8"),
    }
)


class Budget:
    """What a file may cost: a short one can ask for the same long value again and again."""

    def __init__(self) -> None:
        self.steps = MAX_STEPS
        self.items = MAX_BYTES

    def step(self) -> None:
        """Count an opcode.

        Raises:
            Refused: They were too many.
        """
        self.steps -= 1
        if self.steps < 0:
            raise Refused(f"it has more than {MAX_STEPS:,} steps")

    def spend(self, values: object) -> None:
        """Count the bytes and items that a call looks at.

        Raises:
            Refused: They were too many.
        """
        for one in values if isinstance(values, tuple) else (values,):
            self.items -= len(one) if isinstance(one, (str, bytes, list, tuple, dict)) else 1
        if self.items < 0:
            raise Refused("it asks for the same values too often")


class Machine:
    """Interprets one pickle of a file."""

    def __init__(self, file: io.BytesIO, budget: Budget, *, nested: int = 0) -> None:
        self._file = file
        self._budget = budget
        self._nested = nested
        self._stack: list[Any] = []
        self._marks: list[int] = []
        self._memo: dict[int, Any] = {}
        self._steps = self._table()

    def run(self) -> Any:
        """Return what the next pickle of the file makes.

        Raises:
            Refused: It holds what is not allowed, or too much.
        """
        if self._nested > MAX_NESTED:
            raise Refused("pickles within pickles")
        for opcode, arg, _ in pickletools.genops(self._file):
            self._budget.step()
            if opcode.name == "STOP":
                break
            self._step(opcode.name, arg)
        return self._stack.pop()

    def _step(self, name: str, arg: Any) -> None:
        if name in _CONSTANTS:
            self._stack.append(_CONSTANTS[name]())
        elif name in _VALUES:
            self._stack.append(bytes(arg) if isinstance(arg, bytearray) else arg)
        elif name in self._steps:
            self._steps[name](arg)
        elif name not in _NOTHING:
            raise Refused(f"it asks for {name}, which plain data do not need")

    def _table(self) -> dict[str, Callable[[Any], None]]:
        return {
            "PROTO": self._protocol,
            "MARK": self._mark,
            "POP": self._pop,
            "POP_MARK": self._pop_mark,
            "DUP": self._dup,
            "PUT": self._put,
            "BINPUT": self._put,
            "LONG_BINPUT": self._put,
            "MEMOIZE": self._memoize,
            "GET": self._get,
            "BINGET": self._get,
            "LONG_BINGET": self._get,
            "TUPLE": self._tuple,
            "TUPLE1": lambda _: self._few(1),
            "TUPLE2": lambda _: self._few(2),
            "TUPLE3": lambda _: self._few(3),
            "LIST": self._list,
            "DICT": self._dict,
            "FROZENSET": self._list,
            "APPEND": self._append,
            "APPENDS": self._appends,
            "ADDITEMS": self._appends,
            "SETITEM": self._set_item,
            "SETITEMS": self._set_items,
            "GLOBAL": self._global,
            "STACK_GLOBAL": self._stack_global,
            "REDUCE": self._reduce,
            "NEWOBJ": self._new,
            "BUILD": self._build,
        }

    def _protocol(self, arg: int) -> None:
        if arg > MAX_PROTOCOL:
            raise Refused(f"pickle protocol {arg}")

    def _mark(self, _arg: Any) -> None:
        self._marks.append(len(self._stack))

    def _since_mark(self) -> list[Any]:
        at = self._marks.pop()
        found = self._stack[at:]
        del self._stack[at:]
        return found

    def _pop(self, _arg: Any) -> None:
        if self._marks and self._marks[-1] == len(self._stack):
            self._marks.pop()
        else:
            self._stack.pop()

    def _pop_mark(self, _arg: Any) -> None:
        self._since_mark()

    def _dup(self, _arg: Any) -> None:
        self._stack.append(self._stack[-1])

    def _put(self, arg: Any) -> None:
        self._memo[int(arg)] = self._stack[-1]

    def _memoize(self, _arg: Any) -> None:
        self._memo[len(self._memo)] = self._stack[-1]

    def _get(self, arg: Any) -> None:
        self._stack.append(self._memo[int(arg)])

    def _few(self, count: int) -> None:
        found = self._stack[len(self._stack) - count :]
        if len(found) < count:
            raise Refused("a tuple of nothing")
        del self._stack[-count:]
        self._stack.append(tuple(found))

    def _tuple(self, _arg: Any) -> None:
        self._stack.append(tuple(self._since_mark()))

    def _list(self, _arg: Any) -> None:
        self._stack.append(self._since_mark())

    def _dict(self, _arg: Any) -> None:
        items = self._since_mark()
        self._stack.append({})
        self._put_items(items)

    def _append(self, _arg: Any) -> None:
        value = self._stack.pop()
        self._extend([value])

    def _appends(self, _arg: Any) -> None:
        self._extend(self._since_mark())

    def _extend(self, values: list[Any]) -> None:
        target = self._stack[-1]
        if not isinstance(target, list):
            raise Refused("it appends to what is no list")
        target.extend(values)

    def _set_item(self, _arg: Any) -> None:
        value, key = self._stack.pop(), self._stack.pop()
        self._put_items([key, value])

    def _set_items(self, _arg: Any) -> None:
        self._put_items(self._since_mark())

    def _put_items(self, items: list[Any]) -> None:
        target = self._stack[-1]
        if not isinstance(target, dict) or len(items) % 2:
            raise Refused("it fills what is no dictionary")
        target.update(zip(map(key_of, items[::2]), items[1::2], strict=True))

    def _global(self, arg: str) -> None:
        module, _, name = arg.partition(" ")
        self._stack.append(named(module, name))

    def _stack_global(self, _arg: Any) -> None:
        name, module = self._stack.pop(), self._stack.pop()
        self._stack.append(named(module, name))

    def _reduce(self, _arg: Any) -> None:
        args, name = self._stack.pop(), self._stack.pop()
        self._budget.spend(args)
        self._stack.append(called(name, args))

    def _new(self, _arg: Any) -> None:
        args, name = self._stack.pop(), self._stack.pop()
        self._stack.append(made(name, args))

    def _build(self, _arg: Any) -> None:
        state, thing = self._stack.pop(), self._stack[-1]
        self._budget.spend(state)
        built(thing, state)
        if isinstance(thing, Thing) and thing.name == "NumpyArrayWrapper":
            self._stack[-1] = self._inline(thing.state)

    def _inline(self, facts: dict[str, Any]) -> Array:
        """Return the array whose numbers follow in the file, as joblib writes them."""
        kind, shape = facts.get("dtype"), facts.get("shape")
        if not isinstance(kind, Kind) or not isinstance(shape, tuple):
            raise Refused("an array without type or shape")
        if kind.objects:
            found = Machine(self._file, self._budget, nested=self._nested + 1).run()
            if not isinstance(found, Array):
                raise Refused("an array that is none")
            return found
        if facts.get("numpy_array_alignment_bytes") is not None:
            self._file.read(self._file.read(1)[0])
        if not all(type(one) is int and one >= 0 for one in shape):
            raise Refused(f"an array of shape {str(shape)[:50]}")
        array = Array()
        data = self._file.read(product(shape) * kind.dtype.itemsize)
        array.fill(kind, shape, data, columns_first=facts.get("order") == "F")
        return array
