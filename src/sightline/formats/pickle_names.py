"""What a pickle may name, and what each name means here. Nothing that is named is ever called.

A pickle is a program for a small stack machine; its danger is that it may name any function and
have it called. Here names are looked up in these tables and nowhere else: each stands for a few
lines that make inert data of the arguments. Everything that is not in them is refused by its name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

MAX_ITEMS: Final = 50_000_000
"""Of one array."""
_DTYPE: Final = re.compile(r"\?|b1|[iu][1248]|f[248]|[US]\d{1,6}|O8?")
_ORDERS: Final = frozenset("<>|=")
_OLD: Final = {"__builtin__": "builtins", "copy_reg": "copyreg"}


class Refused(Exception):  # noqa: N818 - not an error of the house, the reader tells it as one
    """A pickle asks for what is not read; the message says what."""


@dataclass(frozen=True, slots=True)
class Name:
    """A function or class that a pickle names: only its name."""

    path: str


@dataclass(slots=True)
class Thing:
    """An object: its class by name, and what was kept of it."""

    name: str
    """Without its module, as in LogisticRegression."""
    state: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Kind:
    """The type of an array's numbers."""

    code: str
    """As in f8 or U5."""
    order: str = "="

    @property
    def objects(self) -> bool:
        """Whether it holds objects (strings of any length, mostly)."""
        return self.code.startswith("O")

    @property
    def dtype(self) -> np.dtype[Any]:
        """Return numpy's."""
        order = "=" if self.order == "|" else self.order
        return np.dtype(order + self.code)


@dataclass(slots=True)
class Array:
    """An array, once it is built."""

    kind: Kind | None = None
    shape: tuple[int, ...] = ()
    columns_first: bool = False
    """Whether its numbers lie column by column (Fortran order)."""
    data: bytes | list[Any] = b""
    """Its numbers as they lie in memory, or its objects."""

    def fill(self, kind: object, shape: object, data: object, *, columns_first: bool) -> None:
        """Say what it holds, checked.

        Raises:
            Refused: It does not fit together.
        """
        if not isinstance(kind, Kind) or not isinstance(shape, tuple):
            raise Refused("an array without type or shape")
        if not all(type(one) is int and one >= 0 for one in shape):
            raise Refused(f"an array of shape {str(shape)[:50]}")
        count = product(shape)
        if kind.objects:
            fits = isinstance(data, list) and len(data) == count
        else:
            data = data.encode("latin-1") if isinstance(data, str) else data
            size = kind.dtype.itemsize
            fits = isinstance(data, bytes) and size > 0 and len(data) == count * size
        if not fits or not isinstance(data, (bytes, list)):
            raise Refused(f"an array of shape {shape} whose numbers are not there")
        self.kind, self.shape, self.data = kind, shape, data
        self.columns_first = columns_first

    def numbers(self) -> NDArray[Any]:
        """Return it as numpy's, in the machine's byte order.

        Raises:
            Refused: It was never filled, or holds objects.
        """
        if self.kind is None or not isinstance(self.data, bytes):
            raise Refused("an array without numbers")
        flat = np.frombuffer(self.data, dtype=self.kind.dtype)
        found = flat.reshape(self.shape, order="F" if self.columns_first else "C")
        return found.astype(found.dtype.newbyteorder("="), order="C")

    def values(self) -> list[Any]:
        """Return its items, row by row, as plain values."""
        if isinstance(self.data, list):
            return self.data
        return list(self.numbers().ravel().tolist())


def product(shape: tuple[int, ...]) -> int:
    """Return how many items an array of this shape has.

    Raises:
        Refused: They are more than are read.
    """
    count = 1
    for one in shape[:32]:
        count = min(count * one, MAX_ITEMS + 1)
    if count > MAX_ITEMS or len(shape) > 32:  # noqa: PLR2004 - as many axes as numpy had
        raise Refused("an array of too many items")
    return count


def named(module: object, name: object) -> Name:
    """Return what a pickle names.

    Raises:
        Refused: It is not in the tables.
    """
    if not isinstance(module, str) or not isinstance(name, str):
        raise Refused("a name that is no text")
    head, _, rest = _OLD.get(module, module).partition(".")
    if head == "numpy" and rest.partition(".")[0] == "core":
        rest = f"_{rest}"
    path = ".".join(one for one in (head, rest, name) if one)
    if path not in CALLS and path not in MAKES and path not in PLAIN:
        raise Refused(f"it names {path[:100]}, which a head does not need")
    return Name(path)


def called(name: object, args: object) -> Any:
    """Return what calling a name with these arguments means here.

    Raises:
        Refused: It means nothing.
    """
    if not isinstance(name, Name) or not isinstance(args, tuple):
        raise Refused("it calls what is no name")
    if name.path in CALLS:
        return CALLS[name.path](*args)
    return made(name, args)


def made(name: object, args: object) -> Any:
    """Return a new object of a class that a pickle names.

    Raises:
        Refused: It is no such class.
    """
    if not isinstance(name, Name) or name.path not in MAKES:
        raise Refused(f"it makes an object of {str(getattr(name, 'path', name))[:100]}")
    if args != ():
        raise Refused(f"it makes {name.path} with arguments")
    return MAKES[name.path]()


def built(thing: object, state: object) -> None:
    """Give an object its state.

    Raises:
        Refused: It has none of this form.
    """
    if isinstance(thing, Thing):
        for part in state if isinstance(state, tuple) else (state,):
            if isinstance(part, dict):
                thing.state |= {str(key): one for key, one in part.items()}
    elif isinstance(thing, Kind):
        _build_kind(thing, state)
    elif isinstance(thing, Array) and isinstance(state, tuple) and len(state) == 5:  # noqa: PLR2004
        _, shape, kind, columns_first, data = state
        thing.fill(kind, shape, data, columns_first=bool(columns_first))
    else:
        raise Refused("a state that fits no object")


def _build_kind(kind: Kind, state: object) -> None:
    if not isinstance(state, tuple) or len(state) < 5 or state[1] not in _ORDERS:  # noqa: PLR2004
        raise Refused("a type of numbers that is not known")
    if any(one is not None for one in state[2:5]):
        raise Refused("an array of records")
    kind.order = str(state[1])


def _kind(code: object = None, *_flags: object) -> Kind:
    if not isinstance(code, str) or not _DTYPE.fullmatch(code):
        raise Refused(f"an array of type {str(code)[:50]}")
    return Kind(code)


def _empty(kind: object = None, *_rest: object) -> Array:
    if kind != Name("numpy.ndarray"):
        raise Refused("an array of another kind")
    return Array()


def _of_buffer(
    data: object = None,
    kind: object = None,
    shape: object = None,
    order: object = "C",
    axes: object = None,
) -> Array:
    if axes is not None:
        raise Refused("an array with its axes exchanged")
    found = Array()
    found.fill(kind, shape, data, columns_first=order == "F")
    return found


def _scalar(kind: object = None, data: object = None) -> Any:
    found = Array()
    found.fill(kind, (1,), data, columns_first=False)
    return found.values()[0]


def _encoded(text: object = None, encoding: object = None) -> bytes:
    if not isinstance(text, str) or encoding not in {"latin1", "latin-1"}:
        raise Refused("bytes in an odd encoding")
    return text.encode("latin-1")


def _bytes(data: object = b"", encoding: object = "latin-1") -> bytes:
    return data if isinstance(data, bytes) else _encoded(data, encoding)


def _list(items: object = ()) -> list[Any]:
    if not isinstance(items, (list, tuple)):
        raise Refused("a set of no list")
    return list(items)


def _object(kind: object = None, base: object = None, state: object = None) -> Any:
    if base != Name("builtins.object") or state is not None:
        raise Refused("an object of an odd base")
    return made(kind, ())


def _dict(items: object = ()) -> dict[Any, Any]:
    pairs = _list(items)
    if not all(isinstance(one, (list, tuple)) and len(one) == 2 for one in pairs):  # noqa: PLR2004
        raise Refused("a dictionary of no pairs")
    return {key_of(key): value for key, value in pairs}


def key_of(key: object) -> Any:
    """Return a dictionary's key if it is a short plain value.

    Raises:
        Refused: It is not: nested keys can take for ever to compare.
    """
    if isinstance(key, int):
        if key.bit_length() > 256:  # noqa: PLR2004
            raise Refused("a key of very many digits")
        return key
    if key is None or isinstance(key, (float, str, bytes)):
        return key
    raise Refused("a dictionary with keys that are no plain values")


def _random(*_args: object) -> Thing:
    return Thing("RandomState")


CALLS: Final[dict[str, Callable[..., Any]]] = {
    "numpy._core.multiarray._reconstruct": _empty,
    "numpy._core.multiarray.scalar": _scalar,
    "numpy._core.numeric._frombuffer": _of_buffer,
    "numpy.dtype": _kind,
    "_codecs.encode": _encoded,
    "builtins.bytes": _bytes,
    "builtins.bytearray": _bytes,
    "builtins.set": _list,
    "builtins.frozenset": _list,
    "collections.OrderedDict": _dict,
    "copyreg._reconstructor": _object,
    "numpy.random._pickle.__randomstate_ctor": _random,
    "numpy.random._pickle.__bit_generator_ctor": _random,
    "numpy.random._pickle.__generator_ctor": _random,
    "numpy.random.bit_generator.__pyx_unpickle_SeedSequence": _random,
}
"""Functions, and what stands for them."""

_ESTIMATORS: Final = {
    "LogisticRegression": ("linear_model._logistic", "linear_model.logistic"),
    "MLPClassifier": (
        "neural_network._multilayer_perceptron",
        "neural_network.multilayer_perceptron",
    ),
    "AdamOptimizer": ("neural_network._stochastic_optimizers",),
    "SGDOptimizer": ("neural_network._stochastic_optimizers",),
    "Pipeline": ("pipeline",),
    "StandardScaler": ("preprocessing._data", "preprocessing.data"),
    "Normalizer": ("preprocessing._data", "preprocessing.data"),
    "LabelEncoder": ("preprocessing._label", "preprocessing.label"),
    "LabelBinarizer": ("preprocessing._label", "preprocessing.label"),
}
"""Classes of scikit-learn, and the modules in which they were or are."""


def _maker(name: str) -> Callable[[], Thing]:
    return lambda: Thing(name)


MAKES: Final[dict[str, Callable[[], Any]]] = {
    f"sklearn.{module}.{name}": _maker(name)
    for name, modules in _ESTIMATORS.items()
    for module in modules
} | {
    "joblib.numpy_pickle.NumpyArrayWrapper": _maker("NumpyArrayWrapper"),
    "sklearn.externals.joblib.numpy_pickle.NumpyArrayWrapper": _maker("NumpyArrayWrapper"),
}
"""Classes, and what stands for an object of them."""
PLAIN: Final = frozenset(
    {
        "builtins.object",
        "numpy.ndarray",
        "numpy.float32",
        "numpy.float64",
        "numpy.int64",
        "numpy.random._mt19937.MT19937",
        "numpy.random.bit_generator.SeedSequence",
        "numpy.random._pcg64.PCG64",
    }
)
"""Names that may stand in a pickle and are never called."""


def refusal(file: str, why: str) -> InvalidInputError:
    """Return the error that tells a person."""
    return InvalidInputError(
        f"{file} is refused: {why}",
        hint="heads of scikit-learn (logistic regression, MLPClassifier), label lists and their "
        "metadata are read; nothing of the file was run",
    )
