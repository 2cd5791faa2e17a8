"""Generation: from a contract to a folder with its client."""

import shutil
from pathlib import Path

from generator.config import ClientConfig, load_config
from generator.errors import GenerationError, Reasons, limited_depth
from generator.parser import (
    Document,
    check_document,
    describe,
    library_config,
    load_document,
    parse,
    prepare,
    server_problems,
)
from generator.plan import NO_CREDENTIALS, SecurityPlan, lost_needs, plan_client, plan_security
from generator.render import ClientProject, lay_out


def generate_into(contract: Path, config: Path, output: Path) -> None:
    """Write the client of a contract into a new folder.

    Raises:
        GenerationError: The contract or the settings contain something that is not supported.
    """
    lay_out(generate_document(load_document(contract), load_config(config), output))


@limited_depth()
def generate_document(document: Document, settings: ClientConfig, output: Path) -> Path:
    """Write the client of a document into a new folder, without formatting it.

    Returns:
        The folder of the package.
    """
    reasons = Reasons()
    reasons.add([*document.problems, *server_problems(document.raw)])
    try:
        check_document(document)
        security = _security(document, reasons)
        prepared = prepare(document, settings, reasons)
    except GenerationError as caught:
        reasons.add([str(caught)])
        reasons.check()
        raise
    library = library_config(settings, str(document.raw["info"]["version"]), output)
    try:
        data = parse(prepared, library)
    except GenerationError:
        reasons.check()  # they say where and why, and are often the cause
        raise
    with reasons.noting():
        plan = plan_client(prepared, data, settings)
        reasons.add(plan.problems)
        reasons.add(lost_needs(settings, plan, security))
        project = ClientProject(
            openapi=data,
            config=library,
            document=document,
            plan=plan,
            settings=settings,
            security=NO_CREDENTIALS if security is None else security,
        )
        try:
            reasons.add(filter(None, describe(project.build()).splitlines()))
        finally:
            reasons.add(project.problems.found)
    if reasons.found:
        shutil.rmtree(output, ignore_errors=True)  # what was written before the last reason was found
    reasons.check()
    return project.package_dir


def _security(document: Document, reasons: Reasons) -> SecurityPlan | None:
    """Return the credentials; None, with a reason, where none can be planned."""
    try:
        return plan_security(document)
    except GenerationError as caught:
        reasons.add([str(caught)])
        return None


def check_needs(document: Document, settings: ClientConfig) -> None:
    """Check the setting `needs` for a document whose client was generated with the other settings.

    Raises:
        GenerationError: The contract is not as `needs` says.
    """
    reasons = Reasons()
    prepared = prepare(document, settings, reasons)
    data = parse(prepared, library_config(settings, str(document.raw["info"]["version"]), Path()))
    plan = plan_client(prepared, data, settings)
    reasons.add(plan.problems)
    reasons.add(lost_needs(settings, plan, plan_security(document)))
    reasons.check()
