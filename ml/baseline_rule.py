"""The rule for what is published: the model where it beats every baseline, else the best baseline, said aloud."""

from collections.abc import Mapping

from ml.arrays import Floats
from ml.scoring import standard_error


def to_publish(model: str, losses: Mapping[str, Floats]) -> str:
    """The forecast to publish, of the model's and its baselines' losses on the same cases (lower is better)."""
    means = {name: float(values.mean()) for name, values in losses.items()}
    best = min((name for name in means if name != model), key=means.__getitem__)
    return model if means[model] < means[best] else best


def compared(published: str, losses: Mapping[str, Floats], measure: str) -> dict[str, dict[str, float]]:
    """Each other forecast's mean loss, and by how much it is above the published one's, with the standard error."""
    found = {}
    for name, values in losses.items():
        if name != published:
            gap = values - losses[published]
            found[name] = {
                measure: float(values.mean()),
                f"{measure}_minus_model": float(gap.mean()),
                "difference_standard_error": standard_error(gap),
            }
    return found


def said(model: str, published: str, cases: str) -> tuple[str, ...]:
    """The warning that a baseline is published, measured on these cases; nothing where the model is."""
    if published == model:
        return ()
    return (f"{model} did not beat the baseline on {cases}: published is {published}",)
