"""One's own password, changed by whoever knows the present one. It is looked at, and wrong ones are counted, as at signing in."""

from coach.access import passwords
from coach.access.keeper import Audit
from coach.access.person import Person
from coach.access.rights import require_by
from coach.access.sign_in import WRONG, SignIn
from coach.errors import InputError, NotSignedIn

NOT_YOURS = "This is not your present password. Try again, or ask an admin of this coach for a new one."
NO_OTHER = "This is your present password. Choose another one."


def change(sign_in: SignIn, audit: Audit, by: Person, token: str, present: str, wanted: str, address: str) -> None:
    """Give the account of `by` the password `wanted`, and end its sessions but the one of `token`. Raises NotAllowed, also when one has to wait;
    InputError when `present` is not its password or `wanted` cannot be one; StoreError. Nothing is changed then."""
    account = require_by(by, "own_password", "accounts").account or ""
    passwords.check(wanted, account)
    if wanted == present:
        raise InputError(NO_OTHER)
    try:
        kept = sign_in.check(account, present, address).hash
    except NotSignedIn as error:
        if str(error) == WRONG:
            raise InputError(NOT_YOURS) from None
        raise
    audit(by, "user_password", account)
    if kept is None or not sign_in.another_hash(account, kept, wanted, token):
        raise InputError(NOT_YOURS)
