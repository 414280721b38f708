"""The bases of the domain errors."""

import pytest

from api import errors
from api.errors import DomainError, FieldError, InvalidRequest, TooManyRequests

BASES = [e for e in vars(errors).values() if isinstance(e, type) and issubclass(e, DomainError)]


def test_each_base_has_a_code_of_its_own_and_a_status() -> None:
    assert len({base.code for base in BASES}) == len(BASES)
    assert all(400 <= base.status < 600 for base in BASES)


@pytest.mark.parametrize("base", [base for base in BASES if base is not TooManyRequests])
def test_the_message_is_what_the_person_reads(base: type[DomainError]) -> None:
    error = base("Say it plainly")
    assert (error.message, str(error), error.headers()) == ("Say it plainly", "Say it plainly", {})


def test_a_wrong_request_names_its_fields() -> None:
    assert InvalidRequest("No", [FieldError("mode", "unknown")]).errors == (FieldError("mode", "unknown"),)


def test_a_limit_says_when_to_come_back() -> None:
    assert TooManyRequests("Later", retry_after_seconds=7).headers() == {"Retry-After": "7"}
