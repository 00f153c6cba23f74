"""`narrate`: what a clip, a camera or a stream shows, in sentences."""

from __future__ import annotations

import signal
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sightline.cli import output
from sightline.cli.context import listing, of
from sightline.core.errors import InvalidInputError
from sightline.core.phrases import parse_pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sightline.app.narration.watching import Watch
    from sightline.cli.context import Context
    from sightline.core.narration import Telling


def narrate(
    ctx: typer.Context,
    source: Annotated[
        str | None,
        typer.Argument(help="A clip or picture, an address (rtsp, http), or camera:0."),
    ] = None,
    engine: Annotated[
        str, typer.Option(help="template:MODEL,MODEL, captioner:MODEL or auto; see --engines.")
    ] = "auto",
    lang: Annotated[str | None, typer.Option(help="en, de, es, fr, hi, hu or zh.")] = None,
    every: Annotated[
        float | None,
        typer.Option(min=0, help="Seconds from text to text; 0: whenever something is new."),
    ] = None,
    call: Annotated[
        list[str] | None,
        typer.Option(help="Call a class otherwise, as automobile=car. Repeatable."),
    ] = None,
    from_above: Annotated[
        bool | None,
        typer.Option(
            "--from-above/--from-aside", help="The camera looks straight down; else the setting."
        ),
    ] = None,
    project: Annotated[str | None, typer.Option(help="Whose models come first, for auto.")] = None,
    seconds: Annotated[
        float, typer.Option(min=0, help="Stop after so many seconds of it; 0: at its end.")
    ] = 0.0,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for texts.jsonl, overlays, and subtitles (SRT, WebVTT)."),
    ] = None,
    engines: Annotated[bool, typer.Option("--engines", help="List who can narrate.")] = False,
) -> None:
    """Say what a clip, a camera or a stream shows; Ctrl+C ends it with the summary."""
    context = of(ctx)
    if engines:
        _list(ctx, context)
        return
    if source is None:
        raise InvalidInputError(
            "say what to narrate", hint="sightline narrate clip.mp4, or camera:0; see --engines"
        )
    narrating = context.bench.narrating
    begin = partial(
        narrating.open,
        engine,
        lang=lang,
        every_s=every,
        project=project,
        calls=parse_pairs(call or []),
        from_above=from_above,
        here=True,
    )
    with ExitStack() as stack:
        watch = stack.enter_context(narrating.watch(source, begin, seconds))
        noted: list[str] = []
        _note(context, watch, noted)
        sheets = None
        if out is not None:
            from sightline.app.narration.sheets import Sheets

            sheets = stack.enter_context(Sheets(out, note=f"{source}: {watch.narration.engine}"))
        stack.enter_context(_stopped_by_signals(watch))
        for number, telling in enumerate(watch.tellings(), 1):
            line, record = watch.line(number, telling)
            _note(context, watch, noted)
            _show(context, telling, line)
            if sheets is not None:
                sheets.add(line, record)


def _show(context: Context, telling: Telling, line: dict[str, Any]) -> None:
    if context.json:
        output.line(line)
    elif telling.kind == "summary":
        output.say(telling.text)
    else:
        minutes, tenths = divmod(round(telling.time_s * 10), 600)
        output.say(f"{minutes:02d}:{tenths / 10:04.1f}  {telling.text}")


def _note(context: Context, watch: Watch, noted: list[str]) -> None:
    """Say what a person should know, each once, as soon as it is known."""
    for note in watch.narration.notes:
        if note not in noted:
            noted.append(note)
            if not context.quiet:
                output.notes().print(f"note: {note}", markup=False)


@contextmanager
def _stopped_by_signals(watch: Watch) -> Iterator[None]:
    """Let Ctrl+C end it after the frame that is looked at; a second one ends it at once."""
    before = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}

    def stop(number: int, _frame: Any) -> None:
        signal.signal(number, before[signal.Signals(number)])
        watch.stop()

    for one in before:
        signal.signal(one, stop)
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _list(ctx: typer.Context, context: Context) -> None:
    listing(
        ctx,
        context.bench.narrating.engines(),
        ("engine", "what it is", "ready"),
        lambda r: (r["name"], r["description"], r["why"] or "yes"),
        empty="No model here can narrate: train one, or sightline models add FILE.onnx --name NAME "
        "--decoder yolox --classes FILE",
    )


def install(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(narrate)
