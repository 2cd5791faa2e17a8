"""What a run would call: the output of `--dry-run`."""

from collections.abc import Iterator

from callr_sms_contract.contract import Contract, Operation
from callr_sms_contract.generation import EDGE_CASES
from callr_sms_contract.phases import MESSAGES, planned_sends, reason_to_skip_webhooks
from callr_sms_contract.settings import Settings

_SHOWN_DIGITS = 4


def plan(settings: Settings, contract: Contract, server: str, *, is_live: bool) -> Iterator[str]:
    """Return the lines of the plan; no phone number is shown in full."""
    where = "a live server" if is_live else "a server on this machine"
    yield f"dry run, nothing is called; server: {server} ({where})"
    yield f"profile {settings.profile_name}, seed {settings.seed}, phases {', '.join(settings.phases)}"
    if is_live:
        yield f"at most {settings.live_rate:g} requests per second, with windows of the hours around now"
    wanted = settings.operations or tuple(each.id for each in contract.operations)
    for operation in sorted(contract.operations, key=lambda each: (each.path, each.method)):
        yield _line(operation, settings, wanted, is_live=is_live)
    yield from _directed(settings, wanted, is_live=is_live)
    skipped = reason_to_skip_webhooks(settings, is_live=is_live)
    if skipped is None:
        count = len(MESSAGES)
        yield f"  call  POST {settings.base_path}/sms: {count} SMS with a webhook receiver on this machine"
    elif skipped:
        yield f"  never a webhook receiver, {skipped}"
    paid = list(planned_sends(settings))
    for name, number, message in paid:
        masked = f"{number[:-_SHOWN_DIGITS][:3]}…{number[-2:]}"
        length = len(str(message["body"]))
        yield f"  PAID POST {settings.base_path}/sms to {masked}: {name}, {length} characters"
    if is_live and not paid:
        yield "no SMS is sent, so nothing is billed"
    elif paid:
        yield f"{len(paid)} paid sends; the limit is {settings.max_sends}"


def _line(operation: Operation, settings: Settings, wanted: tuple[str, ...], *, is_live: bool) -> str:
    where = f"{operation.method} {settings.base_path}{operation.path}"
    if is_live and not operation.is_safe:
        return f"  never {where}: it costs money"
    if operation.id not in wanted:
        return f"  never {where}: the operation was not selected"
    amount = settings.profile.live_examples if is_live else settings.profile.max_examples
    edges = 0 if is_live else len(EDGE_CASES.get(operation.id, ()))
    rest = "" if is_live else f", {edges} edge cases, invalid values, other methods"
    return f"  call  {where}: the examples of the contract{rest}, up to {amount} generated requests, chains"


def _directed(settings: Settings, wanted: tuple[str, ...], *, is_live: bool) -> Iterator[str]:
    base = settings.base_path
    yield f"  call  GET {base}/sms for this second and GET {base}/sms/ZZZZZZZZ: are the credentials accepted?"
    if "listSms" in wanted:
        yield f"  call  GET {base}/sms for the time of the run, at its end"
    if "getSms" in wanted:
        yield f"  call  GET {base}/sms/{{hash}} of an SMS in that list"
    if not is_live:
        yield "  call  sends, invalid reads of the SMS sent, credentials of which one half is wrong"
