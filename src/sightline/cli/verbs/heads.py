"""`heads train`, `list`, `activate` and `remove`: heads for boxes and for whole images."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from typer import Argument, Context, Option

from sightline.app.crop_heads.samples import Folders
from sightline.cli import output
from sightline.cli.context import listing, of, tell
from sightline.cli.follow import follow
from sightline.cli.verbs.labels import heads, show_live
from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    import typer

    from sightline.app import Workbench

NONE: Final = "none"
Head = Annotated[str, Argument(help="Id or name (the newest) of the head.")]


@heads.command()
def train(
    ctx: Context,
    project: Annotated[str | None, Argument(help="Name of the project.")] = None,
    images: Annotated[
        Path | None, Option(help="Learn from this folder of pictures; needs --labels.")
    ] = None,
    labels: Annotated[Path | None, Option(help="YOLO label files of these pictures.")] = None,
    labelmap: Annotated[
        Path | None, Option(help="Their classes: a name per line, or a YAML with names.")
    ] = None,
    what: Annotated[
        Literal["auto", "objects", "images", "live"],
        Option(
            "--of",
            help="Drawn objects, or whole images; live: the head that learns beside you. auto: "
            "objects where some are drawn, else live.",
        ),
    ] = "auto",
    encoder: Annotated[
        str | None, Option(help="What makes the vectors; see `engines`. Default: the project's.")
    ] = None,
    head: Annotated[
        Literal["logistic", "mlp"] | None, Option(help="Logistic regression, or a network.")
    ] = None,
    name: Annotated[str | None, Option(help="What to call the head.")] = None,
    solver: Annotated[str | None, Option(help="Of logistic: lbfgs, saga or sag.")] = None,
    c: Annotated[float | None, Option(help="Of logistic: more fits more closely.")] = None,
    max_iter: Annotated[int | None, Option(help="Most steps of logistic.")] = None,
    tol: Annotated[float | None, Option(help="When logistic stops.")] = None,
    batch_size: Annotated[int | None, Option(help="Rows of a step of an MLP.")] = None,
    device: Annotated[str | None, Option(help="auto, cpu, cuda or cuda:1.")] = None,
    hard_example_mining: Annotated[
        bool, Option("--hard-example-mining", help="What is taken wrongly counts for more.")
    ] = False,
    background: Annotated[
        int | None, Option(help="Classes for what is no object, made of crops between objects.")
    ] = None,
    reuse_cache: Annotated[
        bool, Option("--reuse-cache/--no-reuse-cache", help="Take vectors that are there already.")
    ] = True,
    set_: Annotated[
        list[str] | None,
        Option("--set", help="Any other setting: padding=0.2, sizes=[512,128]. Repeatable."),
    ] = None,
) -> None:
    """Train a head on a project, or on pictures with YOLO labels. Stopped, it goes on there."""
    context = of(ctx)
    values = {
        "head": head,
        "name": name,
        "solver": solver,
        "c": c,
        "max_iter": max_iter,
        "tol": tol,
        "batch_size": batch_size,
        "device": device,
        "hard_examples": hard_example_mining or None,
        "background": background,
        "reuse_cache": None if reuse_cache else False,
    }
    values = {key: value for key, value in values.items() if value is not None}
    bench = context.bench
    values |= bench.training.read_spec(None, set_ or [])
    if project is not None and images is None and labels is None:
        kind = _kind(bench, project, what, asked=bool(values))
        if kind == "live":
            _train_live(ctx, project, encoder)
            return
        values["of"] = kind
    values |= {} if encoder is None else {"encoder": encoder}
    job = bench.head_training.start(project, values, folders=_folders(images, labels, labelmap))
    _show(ctx, project or "PROJECT", follow(context, job["id"], "head"))


def _kind(bench: Workbench, project: str, what: str, *, asked: bool) -> str:
    if what != "auto":
        return what
    if bench.store.objects.counts(bench.projects.get(project)):
        return "objects"
    return "images" if asked else "live"


def _train_live(ctx: Context, project: str, encoder: str | None) -> None:
    context = of(ctx)
    bench = context.bench
    with output.bar("head", quiet=context.quiet) as bar:
        if encoder is not None:
            bench.encoders.embed(bench.projects.get(project), encoder, progress=bar)
        head = bench.heads.train(bench.projects.get(project), progress=bar)
    show_live(ctx, project, head)


def _folders(images: Path | None, labels: Path | None, labelmap: Path | None) -> Folders | None:
    if images is None and labels is None:
        return None
    if images is None or labels is None:
        raise InvalidInputError(
            "pictures and labels go together", hint="name both: --images DIR --labels DIR"
        )
    return Folders(images, labels, labelmap)


def _show(ctx: Context, project: str, found: dict[str, Any]) -> None:
    if of(ctx).json:
        output.line(found)
        return
    counts, metrics = found["counts"], found["metrics"]
    output.say(
        f"head {found['name']} ({found['id']}) on {found['encoder']}: {len(found['classes'])} "
        f"classes, learned from {counts['train']:,} examples, measured on {counts['val']:,} of "
        f"pictures that it did not see"
    )
    if metrics["rows"]:
        output.say(
            f"accuracy {metrics['accuracy']:.1%}, macro F1 {metrics['macro_f1']:.3f}, log loss "
            f"{metrics['log_loss']:.3f}, ECE {metrics['ece']:.3f}"
        )
    output.table(
        ("class", "precision", "recall", "F1", "held out"),
        (
            (
                one["name"],
                f"{one['precision']:.2f}",
                f"{one['recall']:.2f}",
                f"{one['f1']:.2f}",
                one["support"],
            )
            for one in metrics["classes"]
        ),
        empty="Nothing could be held out: label objects in more pictures",
    )
    for what, count in found["data"]["left_out"].items():
        output.say(f"left out: {count:,} {what}")
    output.say(f"use it: sightline heads activate {project} {found['name']}")


@heads.command("list")
def list_(ctx: Context) -> None:
    """List heads, newest first, and what uses them."""
    listing(
        ctx,
        of(ctx).bench.crop_heads.all(),
        ("head", "name", "encoder", "classes", "macro F1", "used by", "fault"),
        lambda r: (
            r["id"],
            r["name"],
            r["head"].get("encoder", ""),
            len(r["classes"]),
            "" if (f1 := r["metrics"].get("macro_f1")) is None else f"{f1:.3f}",
            ", ".join(f"{one['project']} ({one['use']})" for one in r["used"]),
            r["fault"],
        ),
        empty="No heads yet: sightline heads train PROJECT",
    )


@heads.command()
def activate(
    ctx: Context,
    project: Annotated[str, Argument(help="Name of the project.")],
    head: Annotated[str, Argument(help="Id or name (the newest) of the head; none: use no head.")],
    use: Annotated[
        Literal["boxes", "images", "both"],
        Option("--for", help="What it answers for: drawn boxes, whole images, or both."),
    ] = "boxes",
) -> None:
    """Let a project use a head from now on; a server need not be restarted."""
    bench = of(ctx).bench
    ref = "" if head == NONE else head
    found = bench.crop_heads.activate(bench.projects.get(project), ref, use)
    if not ref:
        tell(ctx, found, f"{project} uses no head for {' and '.join(found['use'])}")
        return
    text = f"{project} uses {found['name']} for {' and '.join(found['use'])}"
    if found["unknown"]:
        text += f"\nno class here is called {', '.join(found['unknown'][:10])}"
    tell(ctx, found, text)


@heads.command()
def remove(ctx: Context, head: Head) -> None:
    """Move a head to the trash; projects that used it use none from then on."""
    found = of(ctx).bench.crop_heads.remove(head)
    used = "".join(f"\n{one['project']} used it for {one['use']}" for one in found["used"])
    tell(ctx, found, f"{found['name']} is in {found['trashed']}{used}")


def install(app: typer.Typer) -> None:
    """Add nothing: the verbs stand in the group of `heads`."""
    del app
