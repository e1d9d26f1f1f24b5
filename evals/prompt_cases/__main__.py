"""python -m evals.prompt_cases: every contract, asked of the chat model of the settings. See the package."""

import json
import sys

from coach.models.chat import ChatModel
from coach.models.prompts import load_prompt
from coach.settings import load_settings, quiet_libraries
from evals.prompt_cases import asked, contracts, prompts, shape
from evals.prompt_cases.digests import renew


def main() -> int:
    if "--digests" in sys.argv:
        silent = renew()
        for path in silent:
            print(f"{path}: its text changed and its version did not. Raise the version (for an exam: run `coach model exam` and ship the result), then run this again.")
        return 1 if silent else 0
    quiet_libraries()
    settings = load_settings(wait_total=200, wait_first_token=200, wait_between_tokens=60)
    wanted = [name for name in prompts() if name in sys.argv] or prompts()
    found = []
    with ChatModel(settings) as model:
        for name in wanted:
            model.warm_up(load_prompt(name, settings.prompts), dict.fromkeys(load_prompt(name, settings.prompts).variables, ""), shape(name))
            model.wait_warm(180)
            for contract in contracts(name):
                reply, lacks = asked(contract, model, settings.prompts)
                new = [what for what in lacks if what not in contract.known]
                found.append({"id": contract.id, "holds": not lacks, "lacks": lacks, "known": not new, "reply": reply})
                if "--json" not in sys.argv:
                    state = "BROKEN" if new else "known " if lacks else "holds "
                    print(f"{state} {contract.id} {', '.join(lacks)}" + (f"\n       {reply}" if lacks else ""), flush=True)
    held = sum(each["holds"] for each in found)
    print(json.dumps({"held": held, "of": len(found), "cases": found}, ensure_ascii=False, indent=1) if "--json" in sys.argv else f"{held} of {len(found)} contracts held.")
    return 0 if all(each["known"] for each in found) else 1


if __name__ == "__main__":
    sys.exit(main())
