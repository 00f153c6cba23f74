"""Networks and tokenizers of transformers from a folder: offline, no pickle, no code of its own."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sightline.core.errors import InvalidInputError, MissingExtraError, MissingWeightsError
from sightline.core.files import read_json
from sightline.core.packages import installed
from sightline.nets import torchvision_shim

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from sightline.core.cards import ModelCard


def load_network(
    path: Path, card: ModelCard, classes: Mapping[str, str], *, dtype: str = "float32"
) -> Any:
    """Return the network whose weights lie at `path`, with its config.json beside them.

    Args:
        path: model.safetensors.
        card: `network` is the model_type.
        classes: Each model_type that is expected, to the name of its class in transformers.
        dtype: What the weights are held in; auto: as they are in the file.

    Raises:
        MissingWeightsError: The weights are gone.
        InvalidInputError: They do not fit config.json, or transformers refuses it.
        MissingExtraError: transformers is not installed.
    """
    if not path.is_file():
        raise MissingWeightsError(f"no weights at {path}", hint="add the model again")
    transformers = import_transformers()
    kind = str(read_json(path.with_name("config.json")).get("model_type", ""))
    if kind not in classes or kind != card.network:
        raise InvalidInputError(
            f"{card.name} is of the unknown kind {kind!r}", hint=f"known: {', '.join(classes)}"
        )
    try:
        with quiet():
            net, report = getattr(transformers, classes[kind]).from_pretrained(
                str(path.parent),
                local_files_only=True,
                use_safetensors=True,
                trust_remote_code=False,
                output_loading_info=True,
                dtype=dtype,
            )
    except MemoryError:
        raise
    except Exception as error:  # its errors and those of safetensors share no narrower base
        raise InvalidInputError(
            f"{card.name} cannot be loaded: {first_line(error)}",
            hint="check that config.json and model.safetensors belong together",
        ) from error
    wanting = sorted({*report["missing_keys"], *map(str, report["mismatched_keys"])})
    if wanting:
        raise InvalidInputError(
            f"the weights of {card.name} lack {len(wanting)} tensors, such as {wanting[0]}",
            hint="config.json and model.safetensors do not belong together: copy both again",
        )
    return net


def load_tokenizer(folder: Path) -> Any:
    """Return the tokenizer of a folder.

    Raises:
        InvalidInputError: It does not load.
        MissingExtraError: transformers is not installed.
    """
    return _auto("AutoTokenizer", folder, "tokenizer", files="the tokenizer's files")


def load_processor(folder: Path) -> Any:
    """Return what prepares pictures and words together, as a folder says.

    Raises:
        InvalidInputError: It does not load.
        MissingExtraError: transformers is not installed.
    """
    files = "preprocessor_config.json and the tokenizer's files"
    return _auto("AutoProcessor", folder, "processor", files=files)


def _auto(name: str, folder: Path, what: str, *, files: str) -> Any:
    """Return what a class of transformers makes of a folder, offline and without its code."""
    loader = getattr(import_transformers(), name)
    try:
        with quiet():
            return loader.from_pretrained(
                str(folder), local_files_only=True, trust_remote_code=False
            )
    except Exception as error:  # the errors of what it loads share no narrower base
        raise InvalidInputError(
            f"the {what} does not load: {first_line(error)}",
            hint=f"copy {files} of the model into its folder and add it again",
        ) from error


def import_transformers() -> Any:
    """Return the package, which says nothing but errors from now on.

    Raises:
        MissingExtraError: It is not installed.
    """
    if not installed("transformers"):
        raise MissingExtraError(
            "transformers is not installed", hint="pip install 'sightline[models]'"
        )
    torchvision_shim.install()
    import transformers

    said: Any = transformers.utils.logging
    said.set_verbosity_error()
    said.disable_progress_bar()
    return transformers


@contextmanager
def quiet() -> Iterator[None]:
    """Keep what transformers and its own packages deprecate to themselves."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def first_line(error: Exception) -> str:
    """Return what an error says first."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines or [type(error).__name__])[0][:300]
