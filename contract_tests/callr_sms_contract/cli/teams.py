"""What teams change of a run: known failures, excluded parts, a contract of their own."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from callr_sms_contract.contract import Contract, ContractError, load_edited
from callr_sms_contract.phases import known_checks
from callr_sms_contract.reports import OutputError
from callr_sms_contract.results import (
    Coverage,
    DriftObserver,
    Record,
    read_baseline,
    to_yaml,
    updated,
    with_baseline,
)
from callr_sms_contract.settings import SettingError


@dataclass(frozen=True)
class Baseline:
    """The file of known failures, if there is one."""

    path: str
    is_updated: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be used, before anything is requested."""
        if self.is_updated and not self.path:
            raise SettingError("--update-baseline: there is no file to update; expected --baseline FILE, too")
        if self.path and not (self.is_updated and not Path(self.path).exists()):
            read_baseline(Path(self.path))

    def applied(self, record: Record) -> Record:
        """Return the record with known failures apart, after the file was updated if that was asked for."""
        if not self.path:
            return record
        path, today = Path(self.path), datetime.now(UTC).date()
        entries = read_baseline(path) if path.exists() else ()
        if self.is_updated and not record.stopped:
            entries = updated(record, entries, today)
            try:
                path.write_text(to_yaml(entries), encoding="utf-8")
            except OSError as error:
                raise OutputError(
                    f"--baseline: {path} cannot be written ({error.strerror}); expected a writable file"
                ) from None
        return with_baseline(record, entries, today)


def contract_of(path: str) -> Contract:
    """Return the edited contract in the file `path`, or the one of this package; raises ContractError."""
    if not path:
        return Contract.load()
    return usable(load_edited(Path(path), Contract.load().rules), path)


def usable(edited: Contract, path: str) -> Contract:
    """Return an edited contract of which a run can build what it needs; raises ContractError."""
    try:
        Coverage(edited, edited.base_path)
        DriftObserver(edited, edited.base_path)
    except (AttributeError, KeyError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise ContractError(
            f"--contract: {path} has another form than OpenAPI says ({type(error).__name__}: {error}); "
            "expected one that the lint of the toolkit accepts"
        ) from None
    return edited


def excluded_of(given: list[str], contract: Contract) -> frozenset[str]:
    """Return the names of `--exclude`; raises SettingError for one that the suite does not know."""
    checks = known_checks() if given else frozenset()
    operations = {operation.id for operation in contract.operations}
    for name in given:
        if name not in {*checks, *operations, *contract.rules}:
            raise SettingError(
                f"--exclude: {name!r} is unknown; expected an operation "
                f"({', '.join(sorted(operations))}), or a rule or a check as the reports name it"
            )
    return frozenset(given)


def selected(given: tuple[str, ...], excluded: frozenset[str], contract: Contract) -> tuple[str, ...]:
    """Return the operations to test; an empty tuple for all of them. Raises SettingError if none is left."""
    known = tuple(operation.id for operation in contract.operations)
    left = tuple(name for name in given or known if name not in excluded)
    if not left:
        raise SettingError(f"--exclude: no operation is left; expected at least one of {', '.join(known)}")
    return left if given or len(left) < len(known) else ()
