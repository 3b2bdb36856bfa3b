//! Users, logins, tokens and keys.

use super::{Code, FaultCode, Kind};

codes! {
    UNAUTHENTICATED = "unauthenticated", Unauthenticated,
        "请先登录，或提供有效的令牌或 API 密钥。",
        "Log in, or send a valid token or API key.";
    BAD_CREDENTIALS = "bad_credentials", Unauthenticated,
        "用户名或密码不对。",
        "The login or the password is wrong.";
    TOKEN_EXPIRED = "token_expired", Unauthenticated,
        "登录已过期，请重新登录。",
        "The login has expired; log in again.";
    TOO_MANY_LOGINS = "too_many_logins", TooMany,
        "登录失败次数过多，请稍后再试。",
        "Too many failed logins; try again later.";
    BAD_LOGIN_CODE = "login_code.wrong", Unauthenticated,
        "登录名或一次性登录码不对，请对照通知书核对。",
        "The login or the one-time code is wrong; compare them with the letter.";
    LOGIN_CODE_USED = "login_code.used", Unauthenticated,
        "这个一次性登录码已经用过。请用登录名和密码登录；忘记密码的，请联系主管部门。",
        "This one-time code was used already. Log in with login and password, or ask the bureau.";
    LOGIN_CODE_REPLACED = "login_code.replaced", Unauthenticated,
        "这个一次性登录码已被新的登录码取代，请使用最近一次发放的登录码。",
        "Another one-time code took the place of this one; use the newest.";
    LOGIN_CODE_EXPIRED = "login_code.expired", Unauthenticated,
        "这个一次性登录码已过有效期，请联系主管部门重新发放。",
        "This one-time code has expired; ask the bureau for another one.";
    FORBIDDEN = "forbidden", Forbidden,
        "您没有此项权限，请联系系统管理员。",
        "Your role does not allow this; ask an administrator.";
    DUPLICATE_LOGIN = "user.duplicate_login", Conflict,
        "已有用户使用这个登录名。",
        "Another user has this login.";
    INVALID_USER = "user.invalid", Unprocessable,
        "用户信息不符合要求，逐条见 errors。",
        "The facts of the user are not acceptable; each point is in errors.";
}

faults! {
    LOGIN = "user.login",
        "登录名为 2 至 64 个字母、数字或 . _ - @。",
        "A login is 2 to 64 letters, digits or . _ - @.";
    DISPLAY_NAME = "user.display_name",
        "请填写姓名（100 字以内）。",
        "Give a name of at most 100 characters.";
    WEAK_PASSWORD = "user.weak_password",
        "密码至少 12 个字符。",
        "A password has 12 characters at least.";
    LOGIN_TAKEN = "user.login_taken",
        "这个登录名已有其他用户使用，请换一个。",
        "The login belongs to another user; choose another one.";
    ACCOUNT_DISABLED = "user.disabled",
        "该企业的账号已停用，没有发放登录码。请先恢复账号。",
        "The account is disabled and no code was made. Allow it to log in first.";
    CODES_FOR_WHOM = "login_code.for_whom",
        "请写明发给哪些企业：某一期的全部企业（round_id），或按条件、名单（population）。二者取一。",
        "Say for whom: all enterprises of a round (round_id), or a query or list (population). One of the two.";
    VALID_DAYS = "login_code.valid_days",
        "登录码有效期为 1 至 180 天。",
        "Codes hold 1 to 180 days.";
    SCOPE = "user.scope",
        "范围与角色不符：企业用户要指定企业，镇街用户要指定镇街，局用户为全县。",
        "The scope does not fit the role: an enterprise user names its enterprise, a town user its town, the bureau sees the county.";
    SCOPE_UNKNOWN = "user.scope_unknown",
        "没有这个镇街或企业。",
        "There is no such town or enterprise.";
    KEY_NAME = "api_key.name",
        "请写明用途（100 字以内）。",
        "Say what it is for in at most 100 characters.";
}
