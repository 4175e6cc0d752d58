"""The settings of W14's tables 3 to 5: how hard the questions are, and what of the world moves."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Setting:
    """What is told and asked (W14 5.2, Appendix A).

    Attributes:
        difficulty: L; a question is about one of the last L statements, drawn uniformly.
        before: whether 'Where was X before the Y?' is asked of actors beside 'Where is X?'.
        objects: whether actors get and drop objects, and these are asked for.
    """

    difficulty: int
    before: bool
    objects: bool

    @property
    def name(self) -> str:
        """As the printed tables' headers have it: 'd5_actor_without_before_object'."""
        parts = (f"d{self.difficulty}_actor", "_without_before" * (not self.before))
        return "".join((*parts, "_object" * self.objects))

    @property
    def title(self) -> str:
        """For people: 'difficulty 5, actor + object w/o before'."""
        asked = "actor" + " + object" * self.objects + " w/o before" * (not self.before)
        return f"difficulty {self.difficulty}, {asked}"


SETTINGS = {
    setting.name: setting
    for setting in (
        Setting(1, before=False, objects=False),
        Setting(1, before=True, objects=False),
        Setting(1, before=True, objects=True),
        Setting(1, before=False, objects=True),
        Setting(5, before=False, objects=False),
        Setting(5, before=True, objects=False),
        Setting(5, before=True, objects=True),
        Setting(5, before=False, objects=True),
    )
}
"""By name, in an order that agrees with those of the printed tables."""
