"""Records for the tests of reports."""

from dataclasses import replace

from callr_sms_contract.results import Fault
from callr_sms_contract.results.record import (
    CheckCount,
    CoverageCount,
    Drift,
    LinkCount,
    Record,
    RequestCount,
    ResponseCount,
    RuleCount,
)

FAULT = Fault(
    "POST /sms",
    "answer_headers",
    "no-Allow",
    "The header <Allow> is missing & that is all",
    "the contract\x00 requires it ]]>",
    3,
    405,
    '{"text":"<script>alert(1)</script> ``` é"}',
    rule="",
    curl=("curl -X DELETE http://127.0.0.1:1/rest/v1.1/sms",),
    script="#!/bin/sh\nexit 1\n",
)
RULE_FAULT = replace(FAULT, check="account_model", cause="list-order", title="Order", rule="list-order")
GOOD = Record(
    base_url="http://127.0.0.1:1/rest/v1.1",
    contract="CALLR SMS REST API 1.1.0",
    profile="quick",
    seeds=(7,),
    shards=("1/2",),
    is_live=False,
    started="2026-03-19T12:00:00Z",
    seconds=3.5,
    requests=(RequestCount("GET /sms", "examples", 2), RequestCount("POST /sms", "fuzzing", 5)),
    answers=(ResponseCount("200", "200", 7),),
    links=(LinkCount("POST /sms → GET /sms/{hash}", 1),),
    checks=(CheckCount("GET /sms", "answer_headers", 2, 0), CheckCount("POST /sms", "answer_headers", 5, 0)),
    rules=(RuleCount("GET /sms", "list-order", 0, 0, 0), RuleCount("POST /sms", "body-json", 4, 1, 0)),
    coverage=(CoverageCount("parameter", "GET /sms type", 2), CoverageCount("status", "GET /sms 500", 0)),
    drift=(
        Drift("GET /sms rule list-order", "Sorted | by date.", "choice", 0, 0),
        Drift("SMS.nature", "What it is for.", "capture", 1, 2, "string of 3 characters, against enum"),
        Drift("GET /sms answers 405", "Wrong `method`.", "choice", 4, 0),
    ),
)
BAD = replace(
    GOOD,
    seeds=(8,),
    shards=("2/2",),
    seconds=4.0,
    is_complete=False,
    checks=(CheckCount("POST /sms", "answer_headers", 2, 3),),
    faults=(FAULT, RULE_FAULT),
)
