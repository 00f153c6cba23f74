"""Scenes and what changed in them, as sentences of a language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sightline.flows.narrate.items import LISTED, doubt_of, items_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sightline.core.narration import Scene, Thing
    from sightline.flows.narrate.account import Account, Changes, Way
    from sightline.flows.narrate.catalogue import Catalogue
    from sightline.flows.narrate.items import Item, Placed

WAYS: Final[tuple[Way, ...]] = ("left", "right", "nearer", "away")
MINUTE_S: Final = 60
LONG_S: Final = 90
"""From here on minutes are told, not seconds."""
CAPTIONS: Final = 3
"""Of a clip, in its summary."""


class Teller:
    """Words things in one language."""

    def __init__(self, words: Catalogue) -> None:
        self._words = words

    @property
    def lang(self) -> str:
        """In which language."""
        return self._words.lang

    def text(self, scene: Scene, changes: Changes, *, first: bool) -> str:
        """Return what is to be said of a frame.

        Args:
            scene: What is in it.
            changes: What is different since something was said.
            first: Nothing was said so far, so that nothing has changed either.
        """
        said: list[str] = []
        if not first:
            said += self._changed(scene, changes)
        there = self._there(scene, changes, first=first, said=bool(said))
        said += [there] if there else []
        said += self._classes(scene)
        if scene.tags:
            names = self._words.listed([self._words.one(name) for name, _ in scene.tags])
            said.append(self._say("tags", names=names))
        return self._words.joined(said or [self._say("nothing")])

    def after(self, caption: str, scene: Scene, changes: Changes, *, first: bool) -> str:
        """Return a caption, and after it what is to be said of a frame besides."""
        text = self.text(scene, changes, first=first)
        nothing = {self._say("nothing"), self._say("empty")}
        return self._words.joined([caption] if text in nothing else [caption, text])

    def summary(self, account: Account, seconds: float) -> str:
        """Return what is to be said of a whole clip that took so many seconds."""
        during = self._during(seconds)
        said = [self._counted(account, during)] if account.counts() else []
        if classes := account.classes():
            names = self._words.listed([self._words.one(name) for name in classes[:LISTED]])
            said.append(self._say("summary_classes", names=names, duration=during))
        said += [self._words.sentence(one) for one in _spread(account.captions, CAPTIONS)]
        return self._words.joined(said or [self._say("summary_nothing", duration=during)])

    def _counted(self, account: Account, during: str) -> str:
        counts = account.counts()
        texts = []
        for name, count in counts[:LISTED]:
            most = account.most(name)
            text = self._words.things(name, count)
            if 1 < most < count:
                text = self._words.say("at_most", things=text, n=most)
            texts.append(text)
        listed = self._words.listed(self._with_rest(texts, sum(n for _, n in counts[LISTED:])))
        return self._say("summary", things=listed, duration=during, n=sum(n for _, n in counts))

    def _changed(self, scene: Scene, changes: Changes) -> list[str]:
        size = (scene.width, scene.height)
        said = []
        for key, things in (
            ("came", changes.came),
            ("left", changes.left),
            ("passed", changes.passed),
        ):
            if things:
                said.append(self._event(key, things, size, "none" if key == "passed" else "side"))
        for way in WAYS:
            things = tuple(one for one, to in changes.moved if to == way)
            if things:
                said.append(self._event(f"moved_{way}", things, size, "none"))
        return said

    def _there(self, scene: Scene, changes: Changes, *, first: bool, said: bool) -> str:
        """Return what is in view, unless it has just been said."""
        if not scene.things:
            if first and not (scene.classes or scene.tags):
                return self._say("nothing")
            return self._say("empty") if said else ""
        if said and len(changes.came) == len(scene.things):
            return ""
        items = items_of(scene.things, (scene.width, scene.height))
        return self._say("now" if said else "there", **self._list(items))

    def _classes(self, scene: Scene) -> list[str]:
        if not scene.classes:
            return []
        name, probability = self._words.one(scene.classes[0][0]), scene.classes[0][1]
        doubt = doubt_of(probability)
        if doubt == "maybe" and len(scene.classes) > 1:
            other = self._words.one(scene.classes[1][0])
            return [self._say("class_unsure", name=name, other=other)]
        percent = f"{probability:.0%}".replace("%", "")
        key = "class_sure" if doubt == "sure" else "class_likely"
        return [self._say(key, name=name, percent=percent)]

    def _event(
        self, key: str, things: Iterable[Thing], size: tuple[int, int], placed: Placed
    ) -> str:
        return self._say(key, **self._list(items_of(things, size, placed=placed)))

    def _list(self, items: Sequence[Item]) -> dict[str, str | int]:
        """Return values of a message: `things`, their number `n`, that of the first, `first`."""
        texts = [self._item(one) for one in items[:LISTED]]
        rest = sum(one.count for one in items[LISTED:])
        listed = self._words.listed(self._with_rest(texts, rest))
        return {"things": listed, "n": sum(one.count for one in items), "first": items[0].count}

    def _with_rest(self, texts: list[str], rest: int) -> list[str]:
        return [*texts, self._words.say("more", n=rest)] if rest else texts

    def _item(self, item: Item) -> str:
        text = self._words.things(item.name, item.count)
        if item.doubt != "sure":
            text = self._words.say(item.doubt, things=text)
        if item.place:
            return self._words.say(
                "placed", things=text, place=self._words.say(f"place_{item.place}")
            )
        return text

    def _during(self, seconds: float) -> str:
        whole = max(1, round(seconds))
        if whole < LONG_S:
            return self._words.say("seconds", n=whole, digits=str(whole))
        minutes = round(seconds / MINUTE_S)
        return self._words.say("minutes", n=minutes, digits=str(minutes))

    def _say(self, key: str, **values: str | int) -> str:
        return self._words.sentence(self._words.say(key, **values))


def _spread(texts: Sequence[str], count: int) -> list[str]:
    """Return so many texts, evenly from the first to the last."""
    if len(texts) <= count:
        return list(texts)
    step = (len(texts) - 1) / (count - 1)
    return [texts[round(at * step)] for at in range(count)]
