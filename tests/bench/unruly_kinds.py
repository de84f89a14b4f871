"""The behaviours that tests/bench/unruly serves: one row each, with the verdict that is right.

A row is `kind(name, answer, verdict, …)`. The answer is the bytes of a whole HTTP answer, or a function of the request
(`Ask`, in tests/bench/unruly) that returns them, or that sends them itself. The verdict names what is right by the rules
of fetching and by RFC 9110, 9111 and 9112; `|` parts verdicts that are equally right, where the specifications leave a
choice. It was not read off from what riverd does. What else may stand in a row:

  entries   how many are known in the end (2 where a feed is read, else 0); None: any number; (least, most)
  then      verdicts of the answers after the first; each one of "unchanged|ok" where nothing is said
  wait      seconds from the first answer to the next poll; a list: any of them; OWN: as if the server had wished nothing
  held      seconds from the first answer that the server is left alone, in the same way
  again     what the second request must hold, by header; None: the header must not be there
  moved     the path where it is asked for in the end; None: where it was subscribed to
  titles    texts that must stand in titles of its entries
  asked     paths that must be asked; `shunned`: paths that must not be
  state     as in `riverd feeds`
  check     a function of all that was seen that says what is wrong, or None
"""
import dataclasses
import datetime
import email.utils
import functools
import gzip
import json
import re
import time
import typing
import zlib

try:
    import brotli
except ImportError:
    brotli = None
try:
    import zstandard
except ImportError:
    zstandard = None

MIB = 1 << 20
# What [fetch] says in the run, in seconds.
MIN, MAX, FIRST_BYTE, WHOLE, BUSY, CHALLENGE, WEEK, ADOPT = 12, 13, 5, 10, 3600, 86400, 7 * 86400, 15
OWN = MIN
# Whatever became of an answer that is no HTTP.
NO_HTTP = "broken"
NO_FEED = "unknown|not-text|page|unreadable"


@dataclasses.dataclass
class Kind:
    name: str
    answer: typing.Any
    verdict: str = "ok"
    entries: typing.Any = "usual"
    then: tuple = ()
    wait: typing.Any = None
    held: typing.Any = None
    again: dict = dataclasses.field(default_factory=dict)
    moved: typing.Any = "unsaid"
    titles: tuple = ()
    asked: tuple = ()
    shunned: tuple = ()
    state: str = ""
    check: typing.Any = None
    # Polls that must be seen.
    polls: int = 1
    # The URL to subscribe to, where it is none of the server's.
    url: str = ""


KINDS = {}


def kind(name, answer, verdict="ok", **more):
    assert name not in KINDS, name
    polls = max(more.pop("polls", 1), 1 + len(more.get("then", ())), 2 if more.get("again") else 1)
    KINDS[name] = Kind(name, answer, verdict, polls=polls, **more)


# ---- Parts of answers ----


def raw(text):
    return text if isinstance(text, bytes) else text.encode("utf-8")


def head(status, *lines, version="HTTP/1.1"):
    return b"\r\n".join([raw(f"{version} {status}"), *map(raw, lines), b"", b""])


def answer(status, *lines, body=b""):
    return head(status, f"Content-Length: {len(body)}", "Connection: close", *lines) + body


def ok(body, *lines, type="application/rss+xml"):
    told = [] if type is None else [f"Content-Type: {type}"]
    return answer("200 OK", *told, *lines, body=raw(body))


def date(seconds=0, form="imf"):
    at = datetime.datetime.fromtimestamp(time.time() + seconds, datetime.timezone.utc)
    forms = {"rfc850": "%A, %d-%b-%y %H:%M:%S GMT", "asctime": "%a %b %e %H:%M:%S %Y"}
    return at.strftime(forms[form]) if form in forms else email.utils.format_datetime(at, usegmt=True)


def chunked(*pieces, last=b"0\r\n\r\n"):
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + last


def halves(body):
    return body[:len(body) // 2], body[len(body) // 2:]


# ---- Documents ----


def item(name, number, title=None, guid=None, link=None, extra=""):
    guid = guid if guid is not None else f"{name}-{number}"
    link = link if link is not None else f"https://{name}.example/{number}"
    when = email.utils.formatdate(1_795_700_000 + 60 * number, usegmt=True)
    return (
        f"<item><title>{title or f'{name} piece {number}'}</title><link>{link}</link><guid isPermaLink='false'>{guid}</guid>"
        f"<pubDate>{when}</pubDate><description>What {name} tells under number {number}.</description>{extra}</item>")


def rss(name, items, channel="", before="<?xml version='1.0' encoding='UTF-8'?>"):
    return (f"{before}<rss version='2.0'><channel><title>{name}</title><link>https://{name}.example/</link>{channel}"
            f"{''.join(items)}</channel></rss>")


def feed(name, count=2, **more):
    return raw(rss(name, [item(name, number) for number in range(count)], **more))


def atom(name, count=2, root="feed"):
    entries = "".join(
        f"<entry><id>tag:{name}.example,2026:{n}</id><title>{name} piece {n}</title><link href='https://{name}.example/{n}'/>"
        f"<updated>2026-11-26T10:0{n}:00Z</updated><summary>What {name} tells, {n}.</summary></entry>" for n in range(count))
    return raw(f"<?xml version='1.0'?><{root} xmlns='http://www.w3.org/2005/Atom'><id>tag:{name}.example,2026:feed</id>"
               f"<title>{name}</title><updated>2026-11-26T10:00:00Z</updated>{entries}</{root}>")


def rdf(name, space="http://purl.org/rss/1.0/"):
    items = "".join(f"<item rdf:about='https://{name}.example/{n}'><title>{name} piece {n}</title>"
                    f"<link>https://{name}.example/{n}</link></item>" for n in range(2))
    return raw(f"<?xml version='1.0'?><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='{space}'>"
               f"<channel rdf:about='https://{name}.example/'><title>{name}</title></channel>{items}</rdf:RDF>")


def json_feed(name, version="1.1", count=2):
    items = [{
        "id": f"{name}-{n}", "url": f"https://{name}.example/{n}", "title": f"{name} piece {n}", "content_text":
        f"What {name} tells, {n}."
    } for n in range(count)]
    return raw(json.dumps({"version": f"https://jsonfeed.org/version/{version}", "title": name, "items": items}))


def page(text="Nothing to see here.", link=""):
    return raw(f"<!doctype html><html><head><title>A page</title>{link}</head><body><p>{text}</p></body></html>")


LINKED = "<link rel=alternate type='application/rss+xml' href='/other/feed'>"


def filled(start, piece, size=15 * MIB):
    return raw(start) + raw(piece) * ((size - len(start)) // len(raw(piece)))


# ---- Ways to answer that need the request ----


def fed(*lines, type="application/rss+xml", count=2):
    """A feed under these headers."""
    return lambda ask: ok(feed(ask.name, count), *lines, type=type)


def body(make, *lines, type="application/rss+xml"):
    """A document that is made for the kind's name, under these headers."""
    made = functools.lru_cache(None)(make)
    return lambda ask: ok(made(ask.name), *lines, type=type)


def heavy(make):
    """A document that is costly to send is not asked for twice."""
    return body(make, "Cache-Control: max-age=7200")


def turns(*answers):
    """One answer after the other, and then the last one again and again. Each is as in a row."""
    def tell(ask):
        now = answers[min(ask.turn, len(answers) - 1)]
        return now(ask) if callable(now) else now

    return tell


def validated(*etags, count=2, more=()):
    """A feed with this ETag at each turn, and 304 to whoever shows it."""
    def tell(ask):
        etag = raw(etags[min(ask.turn, len(etags) - 1)])
        if ask.header("if-none-match") == etag:
            return head("304 Not Modified", b"ETag: " + etag, "Connection: close")
        return ok(feed(ask.name, count), b"ETag: " + etag, *more)

    return tell


def hops(statuses, target="feed", *lines):
    """Redirects, one status after the other; then what `target` says: "feed" or a place outside."""
    def tell(ask):
        if ask.rest and not ask.rest.isdigit():
            return answer("410 Gone")
        step = int(ask.rest or 0)
        if step < len(statuses):
            place = f"/{ask.name}/{step + 1}"
            if step + 1 == len(statuses) and target != "feed":
                place = target
            return answer(f"{statuses[step]} Elsewhere", f"Location: {place}", *lines)
        return ok(feed(ask.name))

    return tell


def leads(location, status="302 Found", *lines):
    """A redirect; the place may name {port}, {name} and {trap}, a path that must never be asked."""
    def tell(ask):
        if ask.rest:
            return ok(feed(ask.name))
        place = location if isinstance(location, bytes) else raw(
            location.replace("{port}", str(ask.port)).replace("{name}", ask.name).replace("{trap}", "trap/" + ask.name))
        return answer(status, b"Location: " + place, *lines)

    return tell


def slowly(pieces, pause, hold=False):
    """Sends pieces with pauses; `hold`: then nothing, until the other side has had enough."""
    def tell(ask):
        for piece in pieces(ask) if callable(pieces) else pieces:
            ask.send(raw(piece))
            time.sleep(pause)
        if hold:
            ask.hold()

    return tell


def endlessly(start, piece, pause=0.0):
    return lambda ask: ask.drip(start, piece, pause)


def as_is(make):
    """The bytes of an answer, made around a feed's."""
    return lambda ask: make(feed(ask.name))


def coded(name, data):
    level = zlib.compressobj(9, zlib.DEFLATED, -15)
    return {
        "gzip": lambda: gzip.compress(data), "x-gzip": lambda: gzip.compress(data), "GZip": lambda: gzip.compress(data),
        "deflate": lambda: zlib.compress(data), "raw": lambda: level.compress(data) + level.flush(), "br":
        lambda: brotli.compress(data, quality=4), "zstd": lambda: zstandard.ZstdCompressor().compress(data), "identity":
        lambda: data, "": lambda: data
    }[name]()


def encoded(told, put_on, change=lambda data: data):
    """A feed with the codings `put_on` it in this order, told as `told`."""
    def tell(ask):
        data = feed(ask.name)
        for coding in filter(None, put_on.split("+")):
            data = coded(coding, data)
        return ok(change(data), f"Content-Encoding: {told}")

    return tell


@functools.lru_cache(None)
def bomb(codings):
    data = raw("<rss version='2.0'><channel><title>bomb</title>") + b" " * (64 * MIB)
    for coding in codings.split("+"):
        data = coded(coding, data)
    return data


# ---- What is to be seen afterwards ----


def shows(*expected, name="if-none-match"):
    """What each request after the first shows, in turn; a tuple: any of these."""
    def check(seen):
        for turn, value in enumerate(expected, 1):
            if turn >= len(seen.requests):
                break
            got = seen.requests[turn].headers.get(name)
            values = value if isinstance(value, tuple) else (value,)
            if got not in [one if one is None else raw(one) for one in values]:
                return f"request {turn + 1} shows {name}: {str(got)[:60]}, not {str(value)[:60]}"
        return None

    return check


def entries_stay(seen):
    counts = {row["entries"] for row in seen.rows if row["poll"]["last_success"]}
    return None if len(counts) <= 1 else f"entries were {sorted(counts)} from poll to poll"


def cut_short(seen):
    told = json.dumps(seen.last["complaints"])
    return None if "cut" in told else f"it is not told that the document was cut short: {told[:80]}"


# ---- Statuses ----


def statuses():
    for code in [
            "201 Created", "202 Accepted", "204 No Content", "205 Reset Content", "206 Partial Content", "207 Multi-Status",
            "208 Already Reported", "226 IM Used", "305 Use Proxy", "306 Unused", "400 Bad Request", "401 Unauthorized",
            "402 Payment Required", "403 Forbidden", "404 Not Found", "405 Method Not Allowed", "406 Not Acceptable",
            "407 Proxy Authentication Required", "408 Request Timeout", "409 Conflict", "411 Length Required",
            "412 Precondition Failed", "413 Content Too Large", "414 URI Too Long", "415 Unsupported Media Type",
            "416 Range Not Satisfiable", "417 Expectation Failed", "418 I'm a teapot", "420 Enhance Your Calm",
            "421 Misdirected Request", "422 Unprocessable Content", "423 Locked", "424 Failed Dependency", "425 Too Early",
            "426 Upgrade Required", "428 Precondition Required", "430 Shopify", "431 Request Header Fields Too Large",
            "444 No Response", "450 Blocked", "451 Legal Reasons", "499 Client Closed", "500 Internal Server Error",
            "501 Not Implemented", "502 Bad Gateway", "504 Gateway Timeout", "505 Version", "506 Variant",
            "507 Insufficient Storage", "508 Loop", "509 Bandwidth", "510 Not Extended", "511 Network Authentication Required",
            "520 Unknown Error", "521 Web Server Is Down", "522 Timed Out", "523 Unreachable", "524 A Timeout", "525 TLS",
            "526 Certificate", "527 Railgun", "530 Origin", "599 Timeout", "600 Odd", "999 Denied"
    ]:
        number = int(code[:3])
        kind(f"status-{number}", answer(code), f"status {number}", wait=MIN)
    for number in (202, 206, 226, 400, 401, 403, 404, 451, 500, 502, 520, 999):
        # A body of another status than 200 is no document of the feed, even if it looks like one.
        lines = ["Content-Range: bytes 0-99/5000"] if number == 206 else []
        kind(f"status-{number}-body",
             lambda ask, number=number, lines=lines: answer(
                 f"{number} With A Body", "Content-Type: application/rss+xml", 'ETag: "no"', *lines, body=feed(ask.name)),
             f"status {number}",
             check=shows(None))
    # 203 is a 200 that was transformed on its way (RFC 9110 15.3.4).
    kind("status-203", lambda ask: answer("203 Non-Authoritative Information", body=feed(ask.name)))
    # An unknown status is what the first of its class is (RFC 9110 15).
    for number in (209, 218, 299):
        kind(f"status-{number}", lambda ask, number=number: answer(f"{number} Odd", body=feed(ask.name)))
    kind("status-300", answer("300 Multiple Choices"), "status 300|nowhere")
    kind("status-300-location", hops([300]), "ok|status 300")
    kind("status-399", answer("399 Odd"), "status 399")
    for number in (301, 302, 303, 307, 308):
        kind(f"status-{number}", hops([number]), polls=3, moved="unsaid" if number in (301, 308) else None)
        kind(f"status-{number}-nowhere", answer(f"{number} Elsewhere"), "nowhere")
    # 304 to a request that shows nothing says nothing of a document: whoever knows none has failed, and owes the server no
    # validators (RFC 9110 15.4.5).
    kind("status-304-unasked", head("304 Not Modified", "Connection: close"), "status 304")
    kind("status-304-unasked-etag",
         turns(head("304 Not Modified", 'ETag: "1"', "Connection: close"), validated('"1"')),
         "status 304",
         then=("ok",),
         entries=2)
    kind("status-304-asked", validated('"1"'), then=("unchanged", "unchanged"), again={"if-none-match": '"1"'}, wait=OWN)
    kind("status-304-body",
         turns(fed('ETag: "1"'), head("304 Not Modified", 'ETag: "1"', "Content-Length: 500")),
         then=("unchanged",))
    kind("status-410",
         answer("410 Gone"),
         "status 410",
         state="retired",
         check=lambda seen: None if len(seen.requests) == 1 else f"asked {len(seen.requests)} times")
    kind("status-410-later", turns(fed(), answer("410 Gone")), then=("status 410",), entries=2, state="retired")
    kind("status-410-retry", answer("410 Gone", "Retry-After: 5"), "status 410", state="retired")
    kind("status-410-after-302", hops([302], "/status-410-after-302/gone/x"), "status 410", state="followed")
    kind("status-410-after-301", hops([301], "/status-410-after-301/gone/x"), "status 410", state="retired")
    kind("status-404-then-back",
         turns(fed(), answer("404 Not Found"), answer("404 Not Found"), fed()),
         entries=2,
         then=("status 404", "status 404", "ok|unchanged"))
    kind("status-404-first", turns(answer("404 Not Found"), fed()), "status 404", then=("ok",), entries=2)
    kind("status-alternating",
         lambda ask: ok(feed(ask.name)) if ask.turn % 2 == 0 else answer("500 Oops"),
         entries=2,
         then=("status 500", "ok|unchanged"))
    kind("status-every-second-reset",
         lambda ask: ask.reset() if ask.turn % 2 else ok(feed(ask.name)),
         entries=2,
         then=("broken", "ok|unchanged"))
    kind("status-500-keeps-validators",
         turns(fed('ETag: "1"'), answer("500 Oops", 'ETag: "bad"'), validated('"1"')),
         entries=2,
         then=("status 500", "unchanged"),
         check=shows('"1"', '"1"'))
    kind("status-401-basic",
         answer("401 Unauthorized", 'WWW-Authenticate: Basic realm="x"'),
         "status 401",
         check=shows(None, name="authorization"))
    kind("status-401-digest",
         answer("401 Unauthorized", 'WWW-Authenticate: Digest realm="x", nonce="y", qop="auth"'),
         "status 401",
         check=shows(None, name="authorization"))
    for name, line in [("zero", "HTTP/1.1 0 Nil"), ("000", "HTTP/1.1 000 Nil"), ("099", "HTTP/1.1 099 Low"),
                       ("1000", "HTTP/1.1 1000 High"), ("words", "HTTP/1.1 OK fine"), ("letter", "HTTP/1.1 20x OK"),
                       ("fraction", "HTTP/1.1 200.5 OK"), ("negative", "HTTP/1.1 -200 OK"), ("two-digits", "HTTP/1.1 20 OK"),
                       ("none", "HTTP/1.1"), ("long", "HTTP/1.1 " + "2" * 9000)]:
        kind(f"status-line-{name}", as_is(lambda data, line=line: raw(line + "\r\n\r\n") + data), NO_HTTP + "|headers")
    for name, line in [("no-reason", "HTTP/1.1 200 "), ("no-reason-space", "HTTP/1.1 200"), ("tab", "HTTP/1.1 200 O\tK"),
                       ("utf-8", "HTTP/1.1 200 Grün"), ("long-reason", "HTTP/1.1 200 " + "x" * 4000)]:
        kind(f"status-line-{name}", as_is(lambda data, line=line: raw(line + "\r\nConnection: close\r\n\r\n") + data))


# ---- Retry-After ----


def retry_after():
    forms = [("none", [], BUSY), ("seconds", ["120"], 120), ("spaces", ["  120  "], 120), ("zero", ["0"], [MIN, BUSY]),
             ("negative", ["-5"], BUSY), ("fraction", ["120.5"], [120, 121, BUSY]), ("junk", ["soon"], BUSY),
             ("empty", [""], BUSY), ("unit", ["120s"], [120, BUSY]), ("plus", ["+120"], [120, BUSY]),
             ("huge", ["99999999999"], WEEK), ("overflow", ["9" * 30], WEEK), ("twice", ["60", "300"], [60, 300, BUSY]),
             ("list", ["60, 300"], [60, 300, BUSY]), ("hex", ["0x80"], BUSY), ("iso-date", ["2099-01-01T00:00:00Z"], BUSY),
             ("date-far", ["Fri, 01 Jan 2100 00:00:00 GMT"], WEEK),
             ("date-past", ["Thu, 01 Jan 1970 00:00:00 GMT"], [MIN, BUSY]),
             ("date-impossible", ["Fri, 31 Feb 2027 00:00:00 GMT"], BUSY)]
    for code in (429, 503):
        for name, values, held in forms:
            lines = [f"Retry-After: {value}" for value in values]
            kind(f"busy-{code}-{name}", answer(f"{code} Busy", *lines), f"status {code}", held=held, wait=held)
        for form in ("imf", "rfc850", "asctime"):
            kind(f"busy-{code}-{form}",
                 lambda ask, code=code, form=form: answer(f"{code} Busy", f"Date: {date()}", f"Retry-After: {date(300, form)}"),
                 f"status {code}",
                 held=300)
        # A date counts from the server's own clock.
        kind(f"busy-{code}-clock",
             lambda ask, code=code: answer(f"{code} Busy", f"Date: {date(-7200)}", f"Retry-After: {date(-6900)}"),
             f"status {code}",
             held=300)
        kind(f"busy-{code}-no-clock",
             lambda ask, code=code: answer(f"{code} Busy", f"Retry-After: {date(300)}"),
             f"status {code}",
             held=300)
    # Whoever says when to come again is asked no earlier, whatever the status (RFC 9110 10.2.3).
    for code in (403, 404, 500, 502):
        kind(f"busy-{code}", answer(f"{code} Later", "Retry-After: 120"), f"status {code}", wait=120)
    kind("busy-twice", answer("429 Busy", "Retry-After: 15"), "status 429", then=("status 429",), held=15)
    kind("busy-then-fine", turns(answer("503 Busy", "Retry-After: 15"), fed()), "status 503", then=("ok",), entries=2)
    kind("busy-after-feed",
         turns(fed('ETag: "1"'), answer("503 Busy", "Retry-After: 15"), validated('"1"')),
         then=("status 503", "unchanged"),
         entries=2,
         check=shows('"1"', '"1"'))


# ---- Freshness ----


def freshness():
    kind("fresh-unsaid", fed(), wait=OWN)
    for name, value, wait in [("max-age", "max-age=120", 120), ("public", "public, max-age=120", 120),
                              ("capitals", "MAX-AGE=120", 120), ("quoted", 'max-age="120"', [120, OWN]),
                              ("spaces", "max-age = 120", [120, OWN]), ("zero", "max-age=0", OWN),
                              ("huge", "max-age=99999999999", WEEK), ("overflow", "max-age=" + "9" * 40, WEEK),
                              ("negative", "max-age=-120", OWN), ("fraction", "max-age=120.5", [120, OWN]),
                              ("junk", "max-age=soon", OWN), ("none", "max-age", OWN), ("equals", "max-age=", OWN),
                              ("twice", "max-age=60, max-age=300", [60, OWN]), ("s-maxage", "s-maxage=600", OWN),
                              ("no-store", "no-store", OWN), ("no-cache", "no-cache", OWN),
                              ("no-cache-max-age", "no-cache, max-age=120", [120, OWN]),
                              ("private", "private, max-age=120", 120), ("immutable", "immutable, max-age=120", 120),
                              ("commas", ",,, ,max-age=120,,", 120),
                              ("quoted-list", 'no-cache="x, max-age=999", max-age=120', [120, OWN]),
                              ("in-a-name", "xmax-age=600", OWN), ("empty", "", OWN), ("odd", "\x80\xff max-age", OWN),
                              ("stale", "max-age=120, stale-while-revalidate=600", 120)]:
        kind(f"fresh-{name}", fed(f"Cache-Control: {value}"), wait=wait)
    kind("fresh-lines", fed("Cache-Control: public", "Cache-Control: max-age=120"), wait=120)
    kind("fresh-age", fed("Cache-Control: max-age=300", "Age: 180"), wait=120)
    kind("fresh-age-over", fed("Cache-Control: max-age=300", "Age: 900"), wait=OWN)
    kind("fresh-age-junk", fed("Cache-Control: max-age=120", "Age: old"), wait=[120, OWN])
    kind("fresh-age-negative", fed("Cache-Control: max-age=120", "Age: -900"), wait=[120, OWN])
    for form in ("imf", "rfc850", "asctime"):
        kind(f"fresh-expires-{form}",
             lambda ask, form=form: ok(feed(ask.name), f"Date: {date()}", f"Expires: {date(200, form)}"),
             wait=200)
    for name, value in [("zero", "0"), ("minus", "-1"), ("junk", "never"), ("past", "Thu, 19 Nov 1981 08:52:00 GMT")]:
        kind(f"fresh-expires-{name}", fed(f"Expires: {value}"), wait=OWN)
    kind("fresh-expires-far", fed("Expires: Fri, 01 Jan 2100 00:00:00 GMT"), wait=WEEK)
    kind("fresh-expires-clock", lambda ask: ok(feed(ask.name), f"Date: {date(-7200)}", f"Expires: {date(-7000)}"), wait=200)
    kind("fresh-date-junk", lambda ask: ok(feed(ask.name), "Date: now", f"Expires: {date(200)}"), wait=[200, OWN])
    # The rules take the longest; RFC 9111 5.3 lets max-age win.
    kind("fresh-expires-max-age",
         lambda ask: ok(feed(ask.name), f"Date: {date()}", f"Expires: {date(400)}", "Cache-Control: max-age=120"),
         wait=[120, 400])
    kind("fresh-304-longer",
         turns(fed('ETag: "1"'), head("304 Not Modified", "Cache-Control: max-age=9000", "Connection: close")),
         then=("unchanged", "unchanged"))
    kind("fresh-304-shorter",
         turns(fed('ETag: "1"', "Cache-Control: max-age=20"),
               head("304 Not Modified", "Cache-Control: max-age=0", "Connection: close")),
         then=("unchanged", "unchanged"),
         wait=20)
    kind("fresh-retry-after", fed("Retry-After: 120"), wait=[OWN, 120])
    space = "xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'"
    for name, channel, wait in [
        ("ttl", "<ttl>5</ttl>", 300), ("ttl-junk", "<ttl>often</ttl>", OWN), ("ttl-negative", "<ttl>-5</ttl>", OWN),
        ("ttl-huge", "<ttl>99999999999999999999</ttl>", [WEEK, OWN]),
        ("period", f"<sy:updatePeriod {space}>hourly</sy:updatePeriod><sy:updateFrequency {space}>2</sy:updateFrequency>",
         1800),
        ("period-junk", f"<sy:updatePeriod {space}>hourly</sy:updatePeriod><sy:updateFrequency {space}>0</sy:updateFrequency>",
         [3600, OWN])
    ]:
        kind(f"fresh-{name}", body(lambda name, channel=channel: feed(name, channel=channel)), wait=wait)
    kind("fresh-skip-hour",
         body(lambda name: feed(name,
                                channel="<skipHours>" + "".join(f"<hour>{(time.gmtime().tm_hour + n) % 24}</hour>"
                                                                for n in (0, 1)) + "</skipHours>")),
         check=skipped_hour)
    kind(
        "fresh-skip-all",
        body(lambda name: feed(name, channel="<skipHours>" + "".join(f"<hour>{n}</hour>" for n in range(24)) + "</skipHours>")),
        check=lambda seen: None if seen.last["next_poll"] else "never again")


def skipped_hour(seen):
    row = seen.rows[0]
    hours = [time.gmtime(row[part] / 1000).tm_hour for part in ("next_poll",)]
    first = time.gmtime(row["poll"]["last_poll"] / 1000).tm_hour
    return f"polled next in a skipped hour, {hours[0]}" if hours[0] in (first, (first + 1) % 24) else None


# ---- Validators ----


def validators():
    for name, etag in [("strong", '"abc"'), ("weak", 'W/"abc"'), ("weak-lower", 'w/"abc"'), ("empty", '""'), ("bare", "abc"),
                       ("spaces", '"a b  c"'), ("commas", '"a","b"'), ("star", "*"), ("quote", '"abc'), ("utf-8", '"grün"'),
                       ("latin-1", b'"gr\xfcn"'), ("odd", b'"\x80\xfe\xff"'), ("large", '"' + "x" * 8000 + '"'),
                       ("gzip", '"abc-gzip"')]:
        kind(f"etag-{name}", validated(etag), then=("unchanged",), again={"if-none-match": etag})
    kind("etag-nothing", fed("ETag: "), again={"if-none-match": None})
    kind("etag-huge", validated('"' + "x" * 50_000 + '"'), polls=2, check=shows(('"' + "x" * 50_000 + '"', None)))
    kind("etag-two", fed('ETag: "1"', 'ETag: "2"'), polls=2, check=shows(('"1"', '"2"', None)))
    kind("etag-each-time", lambda ask: ok(feed(ask.name), f'ETag: "{ask.turn}"'), polls=4, check=shows('"0"', '"1"', '"2"'))
    kind("etag-forgotten", turns(fed('ETag: "1"'), fed()), polls=3, check=shows('"1"', None))
    kind("etag-new-for-the-same", turns(fed('ETag: "1"'), fed('ETag: "2"')), polls=3, check=shows('"1"', '"2"'))
    kind("etag-on-304",
         turns(fed('ETag: "1"'), head("304 Not Modified", "Connection: close"), fed()),
         polls=3,
         check=shows('"1"', '"1"'))
    # Rule 2 merges what a 304 brings; RFC 9111 4.3.4 would leave it.
    kind("etag-other-on-304",
         turns(fed('ETag: "1"'), head("304 Not Modified", 'ETag: "2"', "Connection: close"), fed()),
         then=("unchanged",),
         polls=3,
         check=shows('"1"', ('"1"', '"2"')))
    kind("etag-of-no-feed",
         turns(fed('ETag: "1"'), ok(page(), 'ETag: "2"'), validated('"1"')),
         then=("page", "unchanged"),
         entries=2,
         check=shows('"1"', '"1"'))
    kind("etag-of-nothing",
         turns(fed('ETag: "1"'), ok(b"", 'ETag: "2"'), validated('"1"')),
         then=("empty", "unchanged"),
         entries=2,
         check=shows('"1"', '"1"'))
    kind("etag-after-redirect",
         lambda ask: validated('"1"')(ask)
         if ask.rest else answer("302 Found", "Location: /etag-after-redirect/a", 'ETag: "r"'),
         then=("unchanged",),
         check=shown_where_given)
    for name, value in [("plain", "Thu, 26 Nov 2026 10:00:00 GMT"), ("junk", "yesterday, sort of"),
                        ("future", "Fri, 01 Jan 2100 00:00:00 GMT"), ("old", "Thu, 01 Jan 1970 00:00:00 GMT"),
                        ("rfc850", "Thursday, 26-Nov-26 10:00:00 GMT"), ("zone", "Thu, 26 Nov 2026 10:00:00 +0100"),
                        ("number", "1795700000")]:
        kind(f"modified-{name}", fed(f"Last-Modified: {value}"), again={"if-modified-since": value, "if-none-match": None})
    kind("modified-and-etag",
         fed("Last-Modified: Thu, 26 Nov 2026 10:00:00 GMT", 'ETag: "1"'),
         again={"if-modified-since": "Thu, 26 Nov 2026 10:00:00 GMT", "if-none-match": '"1"'})
    # Validators of what did not come whole vouch for nothing.
    whole = lambda ask: ok(feed(ask.name, 3), 'ETag: "1"')
    for name, part in [
        ("length", lambda ask: head("200 OK", 'ETag: "1"', "Content-Length: 90000") + feed(ask.name, 3)),
        ("chunks",
         lambda ask: head("200 OK", 'ETag: "1"', "Transfer-Encoding: chunked") + chunked(feed(ask.name, 3), last=b"")),
        ("gzip", lambda ask: ok(gzip.compress(feed(ask.name, 3))[:-20], 'ETag: "1"', "Content-Encoding: gzip")),
        ("reset", lambda ask: ask.reset(head("200 OK", 'ETag: "1"', "Content-Length: 90000") + feed(ask.name, 3)))
    ]:
        kind(f"cut-{name}-validators", turns(part, whole), "broken", then=("ok",), entries=3, check=shows(None))
    for name, document, end in [("rss", feed, b"<item><title>cut-rss"), ("atom", atom, b"<entry>"),
                                ("json", json_feed, b'{"id"')]:
        kind(f"cut-{name}-document-validators",
             turns(lambda ask, document=document, end=end: ok(
                 document(ask.name, 3).rsplit(end, 1)[0] + end, 'ETag: "1"', type=None),
                   lambda ask, document=document: ok(document(ask.name, 3), 'ETag: "1"', type=None)
                   if ask.header("if-none-match") is None else head("304 Not Modified", "Connection: close")),
             "ok|unreadable",
             then=("ok",),
             entries=(3, 4),
             check=shows(None))


def shown_where_given(seen):
    wrong = [
        f"{request.path} is shown {request.headers['if-none-match']}" for request in seen.requests
        if "if-none-match" in request.headers
    ]
    return wrong[0] if wrong else None


# ---- Redirects ----


def redirects():
    for count in (1, 2, 3, 4, 5, 8):
        kind(f"hops-{count}", hops([302] * count))
    for count in (9, 10, 20):
        kind(f"hops-{count}", hops([302] * count), "redirects")
    kind("hops-endless", lambda ask: answer("302 Found", f"Location: /hops-endless/{int(ask.rest or 0) + 1}"), "redirects")
    kind("hops-self", answer("301 Moved", "Location: /hops-self"), "redirects")
    kind("hops-loop", lambda ask: answer("302 Found", "Location: /hops-loop" + ("" if ask.rest else "/b")), "redirects")
    kind("hops-mixed", hops([301, 308, 302, 303, 307]))
    kind("hops-to-page",
         lambda ask: ok(page()) if ask.rest else answer("301 Moved", "Location: /hops-to-page/x"),
         "page",
         moved=None,
         then=("page",))
    kind("hops-to-404",
         lambda ask: answer("404 Not Found") if ask.rest else answer("301 Moved", "Location: /hops-to-404/x"),
         "status 404",
         moved=None)
    # What is adopted: a lasting redirect that lasted, to a feed.
    kind("moved-301", hops([301]), polls=4, moved="/moved-301/1", entries=2)
    kind("moved-308", hops([308]), polls=4, moved="/moved-308/1", entries=2)
    kind("moved-301-308", hops([301, 308]), polls=4, moved="/moved-301-308/2", entries=2)
    kind("moved-once", turns(leads("/{name}/1", "301 Moved"), fed()), polls=4, moved=None)
    kind("moved-each-time",
         lambda ask: ok(feed(ask.name)) if ask.rest else answer("301 Moved", f"Location: /moved-each-time/{ask.turn}"),
         polls=4,
         moved=None)
    for code in (302, 303, 307):
        kind(f"moved-{code}", hops([code]), polls=4, moved=None)
    kind("moved-302-301", hops([302, 301]), polls=4, moved=None)
    # The first step may last, what follows the 302 does not.
    kind("moved-301-302", hops([301, 302]), polls=4, moved=(None, "/moved-301-302/1"))
    kind("moved-301-302-301", hops([301, 302, 301]), polls=4, moved=(None, "/moved-301-302-301/1"))
    kind("moved-to-page", turns(fed(), leads("/moved-to-page/x", "301 Moved")), polls=3)
    # Where redirects lead nowhere.
    for name, place in [("empty", ""), ("spaces", "   "), ("junk", "http://"), ("port", "http://127.0.0.1:99999/"),
                        ("brackets", "http://[::1/"), ("space-host", "http://a b/"), ("nul-host", "http://a%00b/")]:
        kind(f"to-{name}", leads(place), "nowhere|address|private|connect")
    for name, place in [("file", "file:///etc/passwd"), ("javascript", "javascript:alert(1)"),
                        ("data", "data:application/rss+xml,<rss/>"), ("ftp", "ftp://127.0.0.1/feed"),
                        ("gopher", "gopher://127.0.0.1/1"), ("about", "about:blank"), ("mailto", "mailto:a@example.com"),
                        ("ws", "ws://127.0.0.1:{port}/{trap}"), ("feed", "feed://127.0.0.1:{port}/{trap}"),
                        ("unix", "unix:/run/x.sock"), ("jar", "jar:http://127.0.0.1!/x"),
                        ("view-source", "view-source:http://127.0.0.1:{port}/{trap}")]:
        kind(f"to-{name}", leads(place), "address|nowhere")
    for name, host in [("10", "10.0.0.1"), ("192-168", "192.168.1.1"), ("172-16", "172.16.0.1"),
                       ("metadata", "169.254.169.254"), ("cgnat", "100.64.0.1"), ("other-loopback", "127.0.0.77"),
                       ("zero", "0.0.0.0"), ("zero-short", "0"), ("broadcast", "255.255.255.255"), ("multicast", "224.0.0.1"),
                       ("benchmark", "198.18.0.1"), ("decimal", "2130706509"), ("hex", "0x7f00004d"),
                       ("hex-dots", "0x7f.0.0.0x4d"), ("octal", "0177.0.0.0115"), ("short", "127.77"),
                       ("trailing-dot", "127.0.0.77."), ("wide-dots", "127。0。0。77"), ("wide-digits", "１２７.0.0.77"),
                       ("circled", "①②⑦.0.0.77"), ("percent", "127.0.0.%37%37"), ("ipv6", "[::1]"), ("ipv6-zero", "[::]"),
                       ("ipv6-long", "[0:0:0:0:0:0:0:1]"), ("mapped", "[::ffff:127.0.0.77]"),
                       ("mapped-hex", "[::ffff:7f00:4d]"), ("compatible", "[::127.0.0.77]"), ("6to4", "[2002:7f00:4d::1]"),
                       ("nat64", "[64:ff9b::7f00:4d]"), ("unique-local", "[fd00::1]"), ("link-local", "[fe80::1]"),
                       ("user", "127.0.0.1@127.0.0.77"), ("user-colon", "127.0.0.1:80@127.0.0.77")]:
        kind(f"to-private-{name}", leads("http://" + host + ":{port}/{trap}"), "private")
        kind(f"at-private-{name}", b"", "private|absent", url="http://" + host + ":{port}/trap/at-private-" + name)
    kind("to-private-backslash", leads("http:\\\\127.0.0.77:{port}\\{trap}"), "private|nowhere|address")
    kind("to-private-slashes", leads("////127.0.0.77:{port}/{trap}"), "private|nowhere|address")
    kind("to-private-no-scheme", leads("//127.0.0.77:{port}/{trap}"), "private")
    kind(
        "to-private-second", lambda ask: leads("http://127.0.0.77:{port}/{trap}")(dataclasses.replace(ask, rest=""))
        if ask.rest else answer("302 Found", "Location: /to-private-second/1"), "private")
    kind("to-private-lasting", leads("http://127.0.0.77:{port}/{trap}", "301 Moved"), "private", moved=None, polls=3)
    kind("to-closed", leads("http://127.0.0.1:1/"), "connect")
    kind("to-https", leads("https://127.0.0.1:{port}/{trap}"), "connect|broken")
    kind("at-https", b"", "connect|broken", url="https://127.0.0.1:{port}/trap/at-https")
    kind("at-closed", b"", "connect", url="http://127.0.0.1:1/at-closed")
    for name, place in [("localhost", "http://localhost:{port}/{name}/x"), ("capitals", "HTTP://LOCALHOST:{port}/{name}/x"),
                        ("relative", "{name}/x"), ("dots", "./../../{name}/x"), ("query", "?x"), ("fragment", "/{name}/x#part"),
                        ("absolute", "http://127.0.0.1:{port}/{name}/x"), ("no-scheme", "//127.0.0.1:{port}/{name}/x"),
                        ("mapped-own", "http://[::ffff:127.0.0.1]:{port}/{name}/x"),
                        ("decimal-own", "http://2130706433:{port}/{name}/x"),
                        ("credentials", "http://me:geheim@127.0.0.1:{port}/{name}/x"), ("space", "/{name}/a b"),
                        ("percent", "/{name}/a%20b%"), ("utf-8", "/{name}/grün"), ("tabs", "/{name}/a\tb"),
                        ("padded", "  /{name}/x  "), ("backslash", "\\{name}\\x"), ("long", "/{name}/" + "x" * 7000),
                        ("pipe", "/{name}/a|b[]{}^`\"<>")]:
        if name == "query":
            kind(f"to-{name}", lambda ask: ok(feed(ask.name)) if "?x" in ask.path else answer("302 Found", "Location: ?x"))
        else:
            # The disguise of an allowed address may be refused all the same.
            kind(f"to-{name}", leads(place), "ok|private" if name == "mapped-own" else "ok")
    kind("to-latin-1", leads(b"/to-latin-1/gr\xfcn"), "ok|nowhere")
    kind("to-huge", leads("/{name}/" + "x" * 80_000), "headers|broken|redirects")
    kind("to-many", answer("302 Found", *[f"Location: /to-many/{n}" for n in range(9)]), "ok|nowhere|redirects", entries=None)
    kind(
        "to-two-different", lambda ask: ok(feed(ask.name))
        if ask.rest else answer("302 Found", "Location: /to-two-different/a", "Location: http://127.0.0.77/trap/two"),
        "ok|nowhere|private")
    kind("to-body",
         lambda ask: ok(feed(ask.name)) if ask.rest else answer(
             "302 Found", "Location: /to-body/x", "Content-Type: application/rss+xml", body=feed("wrong", 5)),
         entries=2)
    kind(
        "to-endless-body", lambda ask: ok(feed(ask.name))
        if ask.rest else ask.drip(head("302 Found", "Location: /to-endless-body/x"), b"x" * 65536, 0.01))
    kind("to-slow-hops", lambda ask: (time.sleep(0.3), hops([302] * 5)(ask))[1])
    kind("to-slower-hops", lambda ask: (time.sleep(2.5), answer("302 Found", f"Location: /to-slower-hops/{ask.turn}"))[1],
         "slow-document|redirects")
    kind("to-retry-after", leads("/{name}/x", "302 Found", "Retry-After: 2"))
    kind("to-cookie",
         lambda ask: ok(feed(ask.name))
         if ask.rest else answer("302 Found", "Location: /to-cookie/x", "Set-Cookie: a=b; Path=/"),
         polls=2)
    kind(
        "to-cookie-wall", lambda ask: ok(feed(ask.name))
        if ask.header("cookie") else answer("302 Found", "Location: /to-cookie-wall", "Set-Cookie: seen=1"), "redirects")
    kind("to-refresh", fed("Refresh: 0; url=/to-refresh/x"), shunned=("/to-refresh/x",))
    kind("to-content-location",
         fed("Content-Location: /to-content-location/x"),
         shunned=("/to-content-location/x",),
         moved=None,
         polls=2)


# ---- Time ----


def slowness():
    kind("slow-silent", slowly([], 0, hold=True), "slow-answer")
    kind("slow-status-line", endlessly(b"HTTP/1.1 200 ", b"x", 0.3), "slow-answer")
    kind("slow-header", endlessly(b"HTTP/1.1 200 OK\r\nX: ", b"x", 0.3), "slow-answer")
    kind("slow-headers", endlessly(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", 0.3), "slow-answer")
    kind("slow-stall-in-header", slowly([b"HTTP/1.1 200 OK\r\nContent-"], 0, hold=True), "slow-answer")
    kind("slow-stall-after-header", slowly([head("200 OK", "Content-Length: 5000")], 0, hold=True), "slow-document")
    kind("slow-stall-midway", lambda ask: slowly([head("200 OK", "Content-Length: 90000") + feed(ask.name)], 0, hold=True)(ask),
         "slow-document")
    kind("slow-stall-before-close", lambda ask: slowly([head("200 OK") + feed(ask.name)], 0, hold=True)(ask), "slow-document")
    kind(
        "slow-stall-last-chunk",
        lambda ask: slowly([head("200 OK", "Transfer-Encoding: chunked") + chunked(feed(ask.name), last=b"")], 0, hold=True)
        (ask), "slow-document")
    kind("slow-body", endlessly(head("200 OK", "Content-Length: 99999"), b"x", 0.1), "slow-document")
    kind("slow-chunks", endlessly(head("200 OK", "Transfer-Encoding: chunked"), b"1\r\nx\r\n", 0.1), "slow-document")
    kind(
        "slow-gzip", lambda ask: slowly(
            [head("200 OK", "Content-Encoding: gzip", "Content-Length: 9999") + gzip.compress(feed(ask.name))[:90]],
            0,
            hold=True)(ask), "slow-document")
    kind("slow-interim", endlessly(b"", b"HTTP/1.1 102 Processing\r\n\r\n", 0.3), "slow-answer|broken|headers")
    kind("slow-silent-once", turns(slowly([], 0, hold=True), fed()), "slow-answer", then=("ok",), entries=2)
    # Slow, but within the limits.
    kind("slow-fine-status", slowly(lambda ask: [b"HTTP/1", b".1 20", b"0 OK\r", b"\n", b"\r\n" + feed(ask.name)], 0.3))
    kind("slow-fine-first-byte", lambda ask: (time.sleep(2), ok(feed(ask.name)))[1])
    kind("slow-fine-body", slowly(lambda ask: [head("200 OK", "Connection: close"), *halves(feed(ask.name))], 1))
    kind("slow-fine-bytes",
         slowly(lambda ask: [head("200 OK", "Connection: close"), *[bytes([b]) for b in feed(ask.name)]], 0.001))
    kind(
        "slow-fine-chunks",
        slowly(
            lambda ask: [
                head("200 OK", "Transfer-Encoding: chunked"), *[chunked(bytes([b]), last=b"")
                                                                for b in feed(ask.name)], b"0\r\n\r\n"
            ], 0.001))
    kind(
        "slow-fine-longer-than-first-byte",
        slowly(
            lambda ask:
            [head("200 OK", "Connection: close"), *[piece for half in halves(feed(ask.name)) for piece in halves(half)]], 1.4))


# ---- Framing ----


def framing():
    chunks = "Transfer-Encoding: chunked"
    kind("endless-body", endlessly(head("200 OK") + b"<rss><channel>", b"<item>" * 10_000), "too-large")
    kind("endless-spaces", endlessly(head("200 OK"), b" " * 65_536), "too-large")
    kind("endless-chunks", endlessly(head("200 OK", chunks), b"1\r\nx\r\n", 0.001), "slow-document")
    kind("endless-large-chunks", endlessly(head("200 OK", chunks), b"10000\r\n" + b"x" * 65_536 + b"\r\n"), "too-large")
    kind("endless-chunk-extension", endlessly(head("200 OK", chunks) + b"5;x=", b"y" * 1000), "broken|slow-document")
    kind("endless-chunk-extensions", endlessly(head("200 OK", chunks), b"1;" + b"y" * 1000 + b"\r\nx\r\n", 0.001),
         "broken|slow-document|too-large")
    kind("endless-chunk-size", endlessly(head("200 OK", chunks), b"0" * 1000), "broken|slow-document")
    kind(
        "endless-trailers", lambda ask: ask.drip(
            head("200 OK", chunks) + chunked(feed(ask.name), last=b"0\r\n"), b"X: " + b"y" * 500 + b"\r\n", 0.001),
        "broken|headers|slow-document|ok")
    kind("endless-trailer",
         lambda ask: ask.drip(head("200 OK", chunks) + chunked(feed(ask.name), last=b"0\r\nX: "), b"y" * 500, 0.001),
         "broken|headers|slow-document|ok")
    for name, make in [("one", lambda data: chunked(data)), ("two", lambda data: chunked(*halves(data))),
                       ("bytes", lambda data: chunked(*[bytes([b]) for b in data])),
                       ("capitals", lambda data: b"%X\r\n%s\r\n0\r\n\r\n" % (len(data), data)),
                       ("zeros", lambda data: b"00000%x\r\n%s\r\n000\r\n\r\n" % (len(data), data)),
                       ("extension", lambda data: b"%x;a=b\r\n%s\r\n0;c\r\n\r\n" % (len(data), data)),
                       ("quoted-extension", lambda data: b"%x;a=\"b;c\"\r\n%s\r\n0\r\n\r\n" % (len(data), data)),
                       ("trailer", lambda data: chunked(data, last=b"0\r\nX: y\r\n\r\n")),
                       ("trailer-etag", lambda data: chunked(data, last=b"0\r\nETag: \"t\"\r\n\r\n")),
                       ("after", lambda data: chunked(data) + b"GET / HTTP/1.1\r\n\r\n")]:
        kind(f"chunks-{name}", as_is(lambda data, make=make: head("200 OK", chunks) + make(data)))
    for name, make in [("no-last", lambda data: chunked(data, last=b"")),
                       ("half-last", lambda data: chunked(data, last=b"0\r")),
                       ("cut", lambda data: b"%x\r\n%s" % (len(data), data[:-9])),
                       ("too-short", lambda data: b"%x\r\n%s\r\n0\r\n\r\n" % (len(data) - 5, data)),
                       ("hex", lambda data: b"xyz\r\n" + data), ("negative", lambda data: b"-5\r\n" + data),
                       ("plus", lambda data: b"+5\r\n" + data),
                       ("0x", lambda data: b"0x%x\r\n%s\r\n0\r\n\r\n" % (len(data), data)),
                       ("empty-size", lambda data: b"\r\n" + data), ("huge", lambda data: b"FFFFFFFFFFFFFFFF\r\n" + data),
                       ("overflow", lambda data: b"1" + b"0" * 16 + b"%x\r\n" % len(data) + data),
                       ("unchunked", lambda data: data), ("underscore", lambda data: b"1_0\r\n" + data)]:
        kind(f"chunks-{name}", as_is(lambda data, make=make: head("200 OK", chunks) + make(data)), "broken")
    kind("chunks-bare-lf", as_is(lambda data: head("200 OK", chunks) + b"%x\n%s\n0\n\n" % (len(data), data)), "ok|broken")
    kind("chunks-space", as_is(lambda data: head("200 OK", chunks) + b"%x \r\n%s\r\n0\r\n\r\n" % (len(data), data)),
         "ok|broken")
    kind("chunks-none", head("200 OK", chunks) + b"0\r\n\r\n", "empty")
    # Whatever else is told, chunked as the last coding frames the body (RFC 9112 6.3); the rest may be refused.
    for name, lines, verdict in [("capitals", ["Transfer-Encoding: CHUNKED"], "ok"),
                                 ("length", [chunks, "Content-Length: 5"], "ok|broken"),
                                 ("length-first", ["Content-Length: 5", chunks], "ok|broken"),
                                 ("twice", [chunks, chunks], "ok|broken"),
                                 ("identity", ["Transfer-Encoding: identity, chunked"], "ok|broken"),
                                 ("http-1.0", [chunks], "ok|broken|unknown")]:
        version = "HTTP/1.0" if name == "http-1.0" else "HTTP/1.1"
        kind(f"te-{name}",
             as_is(lambda data, lines=lines, version=version: head("200 OK", *lines, version=version) + chunked(data)), verdict)
    kind("te-gzip", as_is(lambda data: head("200 OK", "Transfer-Encoding: gzip, chunked") + chunked(gzip.compress(data))),
         "ok|broken|not-text")
    for name, value in [("identity", "identity"), ("junk", "xchunked"), ("empty", ""), ("order", "chunked, identity")]:
        kind(f"te-only-{name}", as_is(lambda data, value=value: head("200 OK", f"Transfer-Encoding: {value}") + data),
             "ok|broken")
    for name, change, verdict in [("too-long", lambda n: [n + 900], "broken"),
                                  ("huge", lambda n: [10 ** 18], "broken|too-large"),
                                  ("over-u64", lambda n: [2 ** 64 + n], "broken"), ("negative", lambda n: [-n], "broken"),
                                  ("junk", lambda n: ["many"], "broken"), ("plus", lambda n: [f"+{n}"], "ok|broken"),
                                  ("hex", lambda n: [hex(n)], "broken"), ("fraction", lambda n: [f"{n}.0"], "broken"),
                                  ("empty", lambda n: [""], "ok|broken"), ("twice", lambda n: [n, n], "ok|broken"),
                                  ("list", lambda n: [f"{n}, {n}"], "ok|broken"), ("different", lambda n: [n, n + 5], "broken"),
                                  ("list-different", lambda n: [f"{n}, {n + 5}"], "broken"),
                                  ("padded", lambda n: [f"   {n}  "], "ok"), ("zeros", lambda n: [f"000{n}"], "ok")]:
        kind(
            f"length-{name}",
            as_is(lambda data, change=change: head(
                "200 OK", "Connection: close", *[f"Content-Length: {value}" for value in change(len(data))]) + data), verdict)
    kind("length-none", as_is(lambda data: head("200 OK", "Connection: close") + data))
    kind("length-zero", ok(b""), "empty")
    kind("length-short",
         as_is(lambda data: head("200 OK", "Connection: close", f"Content-Length: {data.rindex(b'</item>') - 9}") + data),
         entries=(1, 2),
         check=cut_short)
    kind("length-before-limit",
         ok(
             filled("<rss version='2.0'><channel><title>x</title><item><title>y</title></item>", " ") + b"</channel></rss>",
             "Cache-Control: max-age=7200"),
         entries=1)
    kind("length-over-limit", lambda ask: ask.drip(head("200 OK", f"Content-Length: {17 * MIB}"), b" " * 65536, 0), "too-large")
    # Interim answers.
    for name, before in [("100", "HTTP/1.1 100 Continue\r\n\r\n"),
                         ("103", "HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n"),
                         ("102-thrice", "HTTP/1.1 102 Processing\r\n\r\n" * 3), ("199", "HTTP/1.1 199 Odd\r\n\r\n")]:
        kind(f"interim-{name}", lambda ask, before=before: raw(before) + ok(feed(ask.name)))
    kind("interim-etag",
         lambda ask: b"HTTP/1.1 103 Early Hints\r\nETag: \"no\"\r\n\r\n" + ok(feed(ask.name)),
         again={"if-none-match": None})
    kind("interim-redirect",
         lambda ask: b"HTTP/1.1 103 Early Hints\r\nLocation: /interim-redirect/x\r\n\r\n" + ok(feed(ask.name)),
         shunned=("/interim-redirect/x",))
    kind("interim-endless", endlessly(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100, 0.001), "slow-answer|broken|headers")
    kind("interim-endless-large", endlessly(b"", b"HTTP/1.1 103 Hints\r\nX: " + b"y" * 9000 + b"\r\n\r\n", 0.001),
         "slow-answer|broken|headers")
    kind("interim-only", head("100 Continue"), "broken")
    kind("interim-101", head("101 Switching Protocols", "Upgrade: websocket", "Connection: upgrade"), "broken|status 101")
    kind("interim-101-bare", head("101 Switching Protocols"), "broken|status 101")


# ---- Headers ----


def headers():
    after = "Connection: close"
    kind("headers-60", as_is(lambda data: head("200 OK", after, *[f"X-{n}: y" for n in range(60)]) + data))
    # What is bounded is their size.
    kind("headers-150", as_is(lambda data: head("200 OK", after, *[f"X-{n}: y" for n in range(150)]) + data))
    kind("headers-20k", as_is(lambda data: head("200 OK", after, *[f"X-{n}: " + "y" * 1000 for n in range(20)]) + data))
    kind("headers-60k-one", as_is(lambda data: head("200 OK", after, "X: " + "y" * 60_000) + data))
    kind("headers-70k-one", as_is(lambda data: head("200 OK", after, "X: " + "y" * 70_000) + data), "headers|broken")
    kind("headers-5000", as_is(lambda data: head("200 OK", after, *["X: y"] * 5000) + data), "headers|broken|ok")
    kind("headers-50000", as_is(lambda data: head("200 OK", after, *["X: y"] * 50_000) + data), "headers|broken")
    kind("headers-1m-one", as_is(lambda data: head("200 OK", after, "X: " + "y" * MIB) + data), "headers|broken")
    kind("headers-endless", endlessly(b"HTTP/1.1 200 OK\r\n", b"X: " + b"y" * 1000 + b"\r\n"), "headers|broken")
    kind("headers-endless-one", endlessly(b"HTTP/1.1 200 OK\r\nX: ", b"y" * 65_536), "headers|broken")
    kind("headers-endless-name", endlessly(b"HTTP/1.1 200 OK\r\n", b"y" * 65_536), "headers|broken")
    kind("headers-long-name", as_is(lambda data: head("200 OK", after, "X" * 20_000 + ": y") + data), "ok|broken|headers")
    # A folded line is a space to whoever reads answers (RFC 9112 5.2).
    kind("headers-fold", as_is(lambda data: head("200 OK", after, "X: a", " b", "\tc") + data))
    kind("headers-fold-type",
         as_is(lambda data: head("200 OK", after, "Content-Type: application/rss+xml;", "  charset=utf-8") + data))
    for name, line in [("no-colon", "Nonsense"), ("empty-name", ": y"), ("space-colon", "X : y"), ("space-name", "X Y: z"),
                       ("utf-8-name", "Grün: x"), ("nul", b"X: a\0b"), ("nul-name", b"X\0: a"), ("control", b"X: a\x01b"),
                       ("delete", b"X: a\x7fb"), ("bare-cr", b"X: a\rb"), ("parentheses", "X(y): z"),
                       ("html", "<b>Warning</b>: x in /y.php"), ("at", "@x: y"), ("only-spaces", "   ")]:
        kind(f"headers-{name}", as_is(lambda data, line=line: head("200 OK", after, line) + data), "ok|broken")
    for name, line in [("latin-1", b"X: gr\xfcn"), ("utf-8", "X: grün ☃"), ("empty", "X:"), ("tab", "X:\ta\t"),
                       ("no-space", "X:y"), ("colons", "X: :::"), ("twice", "X: y\r\nX: z"), ("underscore", "X_Y: z"),
                       ("number", "1: z"), ("tokens", "!#$%&'*+-.^_`|~: z")]:
        kind(f"headers-fine-{name}", as_is(lambda data, line=line: head("200 OK", after, line) + data))
    kind("headers-lf", as_is(lambda data: b"HTTP/1.1 200 OK\nConnection: close\n\n" + data), "ok|broken")
    kind("headers-cr", as_is(lambda data: b"HTTP/1.1 200 OK\rConnection: close\r\r" + data), "broken|slow-answer")
    kind("headers-first-space", as_is(lambda data: b"HTTP/1.1 200 OK\r\n X: y\r\nConnection: close\r\n\r\n" + data),
         "ok|broken")
    kind("headers-empty-line-first", as_is(lambda data: b"\r\n\r\nHTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + data),
         "ok|broken")
    kind("headers-no-end", head("200 OK", "X: y")[:-2], "broken")
    kind("headers-none", as_is(lambda data: b"HTTP/1.1 200 OK\r\n\r\n" + data))
    # Other protocols, and none.
    kind("http-1.0", as_is(lambda data: head("200 OK", f"Content-Length: {len(data)}", version="HTTP/1.0") + data))
    kind("http-1.0-no-length", as_is(lambda data: head("200 OK", version="HTTP/1.0") + data))
    kind("http-0.9", as_is(lambda data: data), NO_HTTP)
    kind("http-1.2", as_is(lambda data: head("200 OK", version="HTTP/1.2") + data), "ok|broken")
    for name, before in [("9.9", "HTTP/9.9 200 OK\r\n\r\n"), ("2.0", "HTTP/2.0 200 OK\r\n\r\n"), ("2", "HTTP/2 200\r\n\r\n"),
                         ("preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
                         ("frames", b"\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x80\0\x04\0\x01\0\0\0\x05\0\xff\xff\xff"),
                         ("icy", "ICY 200 OK\r\n\r\n"), ("rtsp", "RTSP/1.0 200 OK\r\n\r\n"), ("sip", "SIP/2.0 200 OK\r\n\r\n"),
                         ("space", " HTTP/1.1 200 OK\r\n\r\n"), ("no-version", "HTTP 200 OK\r\n\r\n"),
                         ("request", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
                         ("tls", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64)),
                         ("tls-alert", b"\x15\x03\x01\x00\x02\x02\x46"), ("ssh", "SSH-2.0-OpenSSH_9.2\r\n"),
                         ("smtp", "220 mail.example ESMTP\r\n"), ("ftp", "220 FTP ready\r\n"), ("pop", "+OK ready\r\n"),
                         ("imap", "* OK ready\r\n"), ("telnet", b"\xff\xfd\x18\xff\xfd\x20"),
                         ("mysql", b"\x4a\0\0\0\x0a8.0.1\0" + bytes(40)), ("noise", bytes(range(256)) * 40),
                         ("zeros", bytes(5000)), ("spaces", " " * 5000), ("lines", "\r\n" * 5000)]:
        kind(f"no-http-{name}", as_is(lambda data, before=before: raw(before) + data), NO_HTTP + "|headers")
    kind("http-lower", as_is(lambda data: b"http/1.1 200 OK\r\n\r\n" + data), "ok|broken")


# ---- Connections ----


def connections():
    kind("closed-at-once", b"", "broken")
    kind("closed-after-status", b"HTTP/1.1 200 OK\r\n", "broken")
    kind("closed-after-header", head("200 OK", "Content-Length: 500"), "broken")
    kind("closed-midway", lambda ask: head("200 OK", "Content-Length: 9000") + feed(ask.name), "broken")
    kind("reset-at-once", lambda ask: ask.reset(), "broken|connect")
    kind("reset-after-status", lambda ask: ask.reset(b"HTTP/1.1 200 OK\r\n"), "broken|connect")
    kind("reset-after-header", lambda ask: ask.reset(head("200 OK", "Content-Length: 500")), "broken")
    kind("reset-midway", lambda ask: ask.reset(head("200 OK", "Content-Length: 9000") + feed(ask.name)), "broken")
    kind("reset-without-length", lambda ask: ask.reset(head("200 OK") + feed(ask.name)[:-20]), "broken")
    # Once the header is all there, a reset after the last byte costs nothing; the bytes may be lost with it, though.
    kind("reset-after-all", lambda ask: ask.reset(head("200 OK", f"Content-Length: {len(feed(ask.name))}") + feed(ask.name)),
         "ok|broken")
    kind("half-closed", lambda ask: ask.half_close(ok(feed(ask.name))))
    kind("half-closed-midway", lambda ask: ask.half_close(head("200 OK", "Content-Length: 9000") + feed(ask.name)), "broken")
    kept = lambda ask: head("200 OK", f"Content-Length: {len(feed(ask.name))}") + feed(ask.name)
    kind("kept-alive", lambda ask: ask.keep(kept(ask)), polls=3)
    kind("kept-then-closed", lambda ask: kept(ask), polls=3)
    kind("kept-then-closed-late", lambda ask: (ask.send(kept(ask)), time.sleep(2))[0], polls=3)
    # A connection that was kept and is closed as the next request comes: it is asked again on another one (RFC 9112 9.3.1, 9.5).
    # Whoever did nothing wrong has not failed.
    kind("kept-closed-on-request", lambda ask: ask.keep(kept(ask)) if not ask.kept else None, polls=3)
    kind("kept-reset-on-request", lambda ask: ask.keep(kept(ask)) if not ask.kept else ask.reset(), polls=3)
    kind("kept-extra-answer", lambda ask: ask.keep(kept(ask) + ok(feed("wrong", 7))), polls=3, check=entries_stay)
    kind("kept-extra-bytes", lambda ask: ask.keep(kept(ask) + b"\r\n\r\nnonsense"), polls=3)
    kind("kept-extra-later",
         lambda ask: (ask.send(kept(ask)), time.sleep(1), ask.keep(ok(feed("wrong", 7))))[2],
         polls=3,
         check=entries_stay)
    kind("kept-408-later",
         lambda ask: (ask.send(kept(ask)), time.sleep(1), ask.keep(answer("408 Request Timeout")))[2],
         polls=3)
    kind("kept-304-body",
         turns(lambda ask: ask.keep(head("200 OK", 'ETag: "1"', f"Content-Length: {len(feed(ask.name))}") + feed(ask.name)),
               lambda ask: ask.keep(head("304 Not Modified", 'ETag: "1"', "Content-Length: 9") + b"forbidden")),
         polls=3,
         then=("unchanged", "unchanged"))
    kind("kept-204-body", lambda ask: ask.keep(head("204 No Content", "Content-Length: 9") + b"forbidden"), "status 204")
    kind(
        "kept-keep-alive-junk",
        as_is(lambda data: head("200 OK", f"Content-Length: {len(data)}", "Keep-Alive: timeout=-1, max=x",
                                "Connection: keep-alive, close, x") + data))
    kind("proxy-connection",
         as_is(lambda data: head("200 OK", "Proxy-Connection: keep-alive", f"Content-Length: {len(data)}") + data))
    kind("upgrade-offered", fed("Upgrade: h2c", "Alt-Svc: h3=\":443\"; ma=9999, clear"), polls=2)
    kind("hsts", fed("Strict-Transport-Security: max-age=99999999; includeSubDomains"), polls=2)
    kind("cookies", fed(*[f"Set-Cookie: c{n}=v; Path=/" for n in range(20)]), again={"cookie": None})


# ---- Compressions ----


def compressions():
    for name in ["gzip", "x-gzip", "GZip", "deflate", "identity"] + ["br"] * bool(brotli) + ["zstd"] * bool(zstandard):
        kind(f"coded-{name}", encoded(name, name))
    kind("coded-deflate-raw", encoded("deflate", "raw"))
    for told, put_on in [("gzip, gzip", "gzip+gzip"), ("deflate, gzip", "deflate+gzip"),
                         ("gzip, deflate, gzip, deflate", "gzip+deflate+gzip+deflate"), ("gzip,identity", "gzip"),
                         ("identity, gzip", "gzip"), (",gzip,,", "gzip")]:
        kind("coded-" + re.sub("[^a-z]+", "-", told), encoded(told, put_on))
    kind("coded-two-lines",
         lambda ask: ok(gzip.compress(zlib.compress(feed(ask.name))), "Content-Encoding: deflate", "Content-Encoding: gzip"))
    if brotli and zstandard:
        kind("coded-br-zstd-gzip", encoded("br, zstd, gzip", "br+zstd+gzip"))
        kind("coded-zstd-frames", encoded("zstd", "", lambda data: b"".join(coded("zstd", half) for half in halves(data))))
        kind("coded-zstd-skippable", encoded("zstd", "zstd", lambda data: b"\x50\x2a\x4d\x18\x04\0\0\0abcd" + data))
        kind("coded-zstd-cut", encoded("zstd", "zstd", lambda data: data[:-9]), "broken")
        kind("coded-br-cut", encoded("br", "br", lambda data: data[:-9]), "broken")
        kind("coded-zstd-corrupt", encoded("zstd", "zstd", lambda data: data[:40] + b"\xff\xff\xff" + data[43:]), "broken")
        kind("coded-zstd-wrong", encoded("br", "zstd"), "ok|broken|not-text")
    kind("coded-zstd-window", ok(b"\x28\xb5\x2f\xfd\x00\xa0\x01\x00\x00", "Content-Encoding: zstd"), "broken")
    for count in (5, 10):
        kind(f"coded-{count}-times", encoded(", ".join(["gzip"] * count), "+".join(["gzip"] * count)), "codings")
    # What is said to be compressed and is not is what many servers send.
    for told in ["gzip", "deflate", "br", "zstd", "utf-8", "none", "", "foo", "chunked", "gzip, gzip"]:
        kind("coded-plain-" + re.sub("[^a-z0-9]+", "-", told or "empty"), encoded(told, ""))
    kind("coded-once-told-twice", encoded("gzip, gzip", "gzip"))
    kind("coded-untold", encoded("identity", "gzip"), "ok|not-text")
    kind("coded-unknown", encoded("compress", "", lambda data: b"\x1f\x9d\x90" + bytes(range(128, 250))), NO_FEED + "|broken")
    kind("coded-gzip-told-deflate", encoded("deflate", "gzip"), "ok|broken|not-text")
    kind("coded-deflate-told-gzip", encoded("gzip", "deflate"), "ok|broken|not-text")
    for name, change in [("cut", lambda data: data[:-20]), ("cut-trailer", lambda data: data[:-4]),
                         ("half", lambda data: data[:len(data) // 2]), ("header-only", lambda data: data[:10]),
                         ("crc", lambda data: data[:-8] + b"\0\0\0\0" + data[-4:]),
                         ("size", lambda data: data[:-4] + b"\xff\xff\xff\xff"),
                         ("corrupt", lambda data: data[:40] + b"\xff\xff\xff\xff" + data[44:])]:
        kind(f"coded-gzip-{name}", encoded("gzip", "gzip", change), "broken")
    kind("coded-deflate-cut", encoded("deflate", "deflate", lambda data: data[:-20]), "broken")
    kind("coded-deflate-checksum", encoded("deflate", "deflate", lambda data: data[:-4] + b"\0\0\0\0"), "broken|ok")
    # All of it is there; what follows is no part of it. RFC 1952 says nothing of it.
    kind("coded-gzip-junk", encoded("gzip", "gzip", lambda data: data + b"junk behind it"), "ok|broken")
    kind("coded-gzip-zeros", encoded("gzip", "gzip", lambda data: data + bytes(64)), "ok|broken")
    kind("coded-gzip-members", encoded("gzip", "", lambda data: b"".join(gzip.compress(half) for half in halves(data))))
    kind("coded-gzip-empty-member", encoded("gzip", "gzip", lambda data: gzip.compress(b"") + data))
    kind("coded-gzip-named", encoded("gzip", "gzip", lambda data: data[:3] + b"\x08" + data[4:10] + b"feed.xml\0" + data[10:]))
    kind(
        "coded-gzip-bytes",
        slowly(
            lambda ask: [
                head("200 OK", "Content-Encoding: gzip", "Connection: close"),
                *[bytes([b]) for b in gzip.compress(feed(ask.name))]
            ], 0.003))
    kind("coded-empty", ok(b"", "Content-Encoding: gzip"), "empty")
    kind("coded-of-empty", ok(gzip.compress(b""), "Content-Encoding: gzip"), "empty")
    kind("coded-br-of-empty", ok(b"\x3b", "Content-Encoding: br"), "empty|broken")
    for codings in ["gzip", "deflate", "gzip+gzip", "gzip+deflate+gzip"] + ["br", "br+gzip"] * bool(brotli) + ["zstd", "zstd+gzip"] * bool(zstandard) + \
            ["zstd+br", "br+zstd+gzip+deflate"] * bool(brotli and zstandard):
        kind("bomb-" + codings.replace("+", "-"),
             lambda ask, codings=codings: ok(bomb(codings), "Content-Encoding: " + codings.replace("+", ", ")),
             "bomb|too-large")
    kind("bomb-untold", lambda ask: ok(bomb("gzip")), "not-text|bomb|too-large")


# ---- Types and encodings ----

TEXTS = {
    "utf-8": "grün für €",
    "iso-8859-1": "grün für",
    "iso-8859-15": "grün für €",
    "windows-1252": "“grün” für €",
    "macintosh": "grün für é",
    "iso-8859-2": "Zażółć gęślą",
    "windows-1250": "Zażółć gęślą",
    "windows-1251": "Новости дня",
    "koi8-r": "Новости дня",
    "iso-8859-5": "Новости дня",
    "windows-1253": "Ελληνικά νέα",
    "iso-8859-7": "Ελληνικά νέα",
    "windows-1254": "Türkçe ığş",
    "windows-1255": "חדשות היום",
    "windows-1256": "أخبار اليوم",
    "windows-874": "ข่าววันนี้",
    "shift_jis": "日本語の記事",
    "euc-jp": "日本語の記事",
    "iso-2022-jp": "日本語の記事",
    "gb18030": "中文新闻𠀀",
    "gbk": "中文新闻",
    "big5": "中文新聞",
    "euc-kr": "한국어 뉴스",
    "utf-16le": "grün €",
    "utf-16be": "grün €",
}
CODECS = {"macintosh": "mac_roman", "windows-874": "cp874"}
MARKS = {
    "utf-8": b"\xef\xbb\xbf", "utf-16le": b"\xff\xfe", "utf-16be": b"\xfe\xff", "utf-32le": b"\xff\xfe\0\0", "utf-32be":
    b"\0\0\xfe\xff"
}


def written(name, text, declared=None):
    before = f"<?xml version='1.0'{f' encoding={chr(39)}{declared}{chr(39)}' if declared else ''}?>"
    return rss(name, [item(name, n, title=f"{name} {text} {n}") for n in range(2)], before=before)


def types():
    for type in [
            "application/rss+xml", "application/atom+xml", "application/xml", "text/xml", "application/feed+json", "text/plain",
            "text/html", "image/png", "application/octet-stream", "application/pdf", "video/mp4",
            "multipart/form-data; boundary=x", "nonsense", "/", ";;;", "", "application/rss+xml; charset=",
            "text/xml; charset=utf-8; charset=latin1", "TEXT/XML; CHARSET=UTF-8", "text/xml;charset=\"utf-8\"",
            "text/xml; charset=klingon", "x" * 5000
    ]:
        name = re.sub("[^a-z0-9]+", "-", type.lower())[:40].strip("-") or f"odd-{len(type)}"
        kind(f"type-{name}" if f"type-{name}" not in KINDS else f"type-{name}-2", fed(type=type))
    kind("type-missing", fed(type=None))
    kind("type-several", fed("Content-Type: text/html", "Content-Type: image/gif"))
    kind("type-latin-1", lambda ask: ok(feed(ask.name), b"Content-Type: text/\xfc\xff", type=None))
    kind("type-nosniff", fed("X-Content-Type-Options: nosniff", type="text/plain"))
    kind("type-attachment", fed("Content-Disposition: attachment; filename=x.exe", type="application/octet-stream"))
    for label, text in TEXTS.items():
        codec = CODECS.get(label, label)
        mark = MARKS.get(label, b"") if label.startswith("utf-16") else b""
        kind(f"charset-{label}-header",
             body(lambda name, text=text, codec=codec, mark=mark: mark + written(name, text).encode(codec),
                  type=f"text/xml; charset={label}"),
             titles=(text,))
        kind(f"charset-{label}-declared",
             body(lambda name, text=text, codec=codec, mark=mark, label=label: mark + written(name, text, label).encode(codec),
                  type="application/xml"),
             titles=(text,))
        # The document is UTF-8 whatever is said of it.
        if label != "utf-8" and not label.startswith("iso-2022"):
            kind(f"charset-{label}-lie",
                 body(lambda name, label=label: written(name, "grüne Überraschung €", label).encode(),
                      type=f"text/xml; charset={label}"),
                 titles=("grüne Überraschung €",))
    kind("charset-header-against-declaration",
         body(lambda name: written(name, "“grün”", "utf-8").encode("cp1252"), type="text/xml; charset=windows-1252"),
         titles=("“grün”",))
    kind("charset-utf-8-lie",
         body(lambda name: written(name, "“grün” für alle", "utf-8").encode("cp1252"), type="text/xml; charset=utf-8"),
         titles=("“grün” für alle",))
    kind("charset-nothing-said",
         body(lambda name: written(name, "grün für die Bäume über dem Fluss").encode("cp1252"), type=None),
         titles=("grün für die Bäume",))
    kind("charset-utf-7",
         body(lambda name: raw(written(name, "gr+APw-n +ADw-script+AD4-", "utf-7")), type="text/xml; charset=utf-7"))
    kind("charset-mixed",
         body(lambda name: written(name, "grün überall, Öl").encode().replace(b" 1</title>", b" \x93mixed\x94 1</title>")),
         titles=("grün überall", "“mixed”"))
    kind("charset-double-utf-8", body(lambda name: written(name, "grÃ¼n").encode()))
    for label, mark in MARKS.items():
        codec = label.replace("le", "-le").replace("be", "-be") if label != "utf-8" else label
        kind(f"mark-{label}",
             body(lambda name, mark=mark, codec=codec: mark + written(name, "grün €").encode(codec),
                  type="text/xml; charset=iso-8859-1"),
             titles=("grün €",))
        if label != "utf-8":
            kind(f"mark-{label}-none",
                 body(lambda name, codec=codec: written(name, "grün €").encode(codec), type=None),
                 titles=("grün €",))
    kind("mark-twice", body(lambda name: MARKS["utf-8"] * 2 + feed(name)))
    kind("mark-later", body(lambda name: b"  \n" + MARKS["utf-8"] + feed(name)))
    kind("mark-utf-16-json",
         body(lambda name: MARKS["utf-16le"] + json_feed(name).decode().encode("utf-16-le"), type="application/json"))


# ---- What is no feed ----


def no_feeds():
    kind("body-empty", ok(b""), "empty")
    kind("body-spaces", ok(b" \r\n\t\r\n  "), "empty")
    kind("body-mark", ok(MARKS["utf-8"]), "empty")
    kind("body-nul", ok(b"\0"), "empty|not-text|unknown")
    kind("body-zeros", ok(bytes(50_000)), "empty|not-text|unknown")
    challenge = page("Checking your browser before accessing. <script>window._cf_chl_opt={}</script>")
    for name, document, verdict in [
        ("page", page(), "page"), ("page-linked", page(link=LINKED), "page-link"),
        ("page-linked-twice", page(link=LINKED + LINKED.replace("rss", "atom")), "page-link"),
        ("login", page("<form action=/login><input name=password>"), "page"),
        ("captcha", page("<div class=g-recaptcha>I am no robot"), "page"), ("cloudflare", challenge, "page"),
        ("parked", page("This domain is for sale!"), "page"),
        ("page-script", page("<script>location='/elsewhere'</script>"), "page"),
        ("page-refresh", page(link="<meta http-equiv=refresh content='0;url=/trap/refresh'>"), "page"),
        ("page-xhtml",
         raw("<?xml version='1.0'?><!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0 Strict//EN' 'http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd'>"
             "<html xmlns='http://www.w3.org/1999/xhtml'><head><title>x</title></head><body/></html>"), "page"),
        ("page-no-head", b"<p>Nothing</p>", "page|unknown"), ("page-capitals", b"<HTML><BODY>No</BODY></HTML>", "page"),
        ("page-comment", b"<!-- <rss> --><html><body>x</body></html>", "page"),
        ("page-naming-rss", page("Subscribe to our &lt;rss&gt; feed"), "page"),
        ("frames", b"<html><frameset><frame src='/x'></frameset></html>", "page")
    ]:
        kind(f"body-{name}", ok(document, type="text/html"), verdict, then=(verdict,))
    for code in (403, 503):
        kind(f"body-cloudflare-{code}", answer(f"{code} No", "Server: cloudflare", body=challenge), f"status {code}")
        kind(f"body-challenge-{code}",
             answer(f"{code} No", "cf-mitigated: challenge", body=challenge),
             "challenge",
             wait=CHALLENGE)
    kind("body-challenge-200", ok(challenge, "CF-Mitigated: Challenge"), "challenge", wait=CHALLENGE)
    kind("body-challenge-429",
         answer("429 No", "cf-mitigated: challenge", "Retry-After: 60"),
         "challenge",
         wait=[60, CHALLENGE])
    for name, document in [("json-error", b'{"error":"not found","code":404}'), ("json-list", b'[{"id":1}]'),
                           ("json-text", b'"hello"'), ("json-null", b"null"), ("json-object", b"{}"),
                           ("xml", b"<?xml version='1.0'?><note><to>x</to></note>"),
                           ("xml-error", b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>"),
                           ("svg", b"<svg xmlns='http://www.w3.org/2000/svg'><title>x</title></svg>"),
                           ("sitemap", b"<?xml version='1.0'?><urlset><url><loc>http://a.example/</loc></url></urlset>"),
                           ("sitemap-index", b"<sitemapindex><sitemap><loc>http://a.example/</loc></sitemap></sitemapindex>"),
                           ("soap", b"<soap:Envelope xmlns:soap='x'><soap:Body/></soap:Envelope>"),
                           ("mathml", b"<math xmlns='http://www.w3.org/1998/Math/MathML'/>"),
                           ("kml", b"<kml><Placemark><name>x</name></Placemark></kml>"), ("plist", b"<plist><dict/></plist>"),
                           ("robots", b"User-agent: *\nDisallow: /\n"), ("text", b"Service temporarily unavailable"),
                           ("number", b"42"), ("php", b"<br />\n<b>Fatal error</b>: Uncaught Error in x.php"),
                           ("css", b"body { color: red }"), ("yaml", b"title: x\nitems:\n  - a\n"), ("csv", b"a,b,c\n1,2,3\n"),
                           ("ical", b"BEGIN:VCALENDAR\nEND:VCALENDAR\n"), ("xml-only", b"<?xml version='1.0'?>"),
                           ("doctype-only", b"<!DOCTYPE rss>"), ("bracket", b"<"), ("brace", b"{"),
                           ("comment", b"<!-- nothing -->"), ("base64", b"PHJzcz48Y2hhbm5lbC8+PC9yc3M+"),
                           ("escaped", b"&lt;rss&gt;&lt;channel&gt;&lt;/channel&gt;&lt;/rss&gt;")]:
        kind(f"body-{name}", ok(document, type="application/xml"), NO_FEED)
    for name, document in [("pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(range(256))),
                           ("png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(90)),
                           ("zip", b"PK\x03\x04\x14\0\0\0\x08\0" + bytes(range(256))),
                           ("elf", b"\x7fELF\x02\x01\x01" + bytes(200)),
                           ("jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(range(256))),
                           ("gif", b"GIF89a\x01\0\x01\0\x80\0\0" + bytes(30)), ("mp3", b"ID3\x04\0\0\0\0\0\x23" + bytes(99)),
                           ("sqlite", b"SQLite format 3\0" + bytes(99)),
                           ("random", bytes((n * n * 7 + n // 3) % 256 for n in range(5000)))]:
        kind(f"body-{name}", ok(document), "not-text")
    kind(
        "body-opml",
        lambda ask: ok(feed("listed")) if ask.rest else ok(
            f"<opml version='2.0'><body><outline xmlUrl='http://127.0.0.1:{ask.port}/body-opml/listed'/><outline xmlUrl='http://127.0.0.77:{ask.port}/trap/opml'/>"
            "<outline xmlUrl='file:///etc/passwd'/></body></opml>",
            type="text/x-opml"),
        state="list",
        entries=0,
        asked=("/body-opml/listed",))
    # An empty list is as little one as an empty document is a feed: what it listed would end.
    kind("body-opml-empty", ok(b"<opml version='2.0'><body/></opml>"), "empty")
    kind("body-opml-itself",
         lambda ask: ok(f"<opml version='2.0'><body><outline xmlUrl='http://{ask.host}/body-opml-itself'/></body></opml>"),
         state="list",
         entries=0)
    # What comes for a while in the place of a feed takes nothing from it (rule 16).
    for name, wrong, verdict in [("page", ok(page()), "page"), ("empty", ok(b""), "empty"),
                                 ("error", ok(b'{"error":1}'), NO_FEED), ("feed-without-items", None, "ok")]:
        kind(f"later-{name}",
             turns(fed(), wrong or body(lambda name: feed(name, 0)), fed()),
             then=(verdict, "ok|unchanged"),
             entries=2,
             check=entries_stay)


# ---- Feeds ----

CONTENT = "xmlns:content='http://purl.org/rss/1.0/modules/content/'"


def feeds():
    for name, make in [
        ("rss-2.0", feed), ("rss-0.91", lambda name: feed(name).replace(b"'2.0'", b"'0.91'")),
        ("rss-0.92", lambda name: feed(name).replace(b"'2.0'", b"'0.92'")),
        ("rss-no-version", lambda name: feed(name).replace(b" version='2.0'", b"")),
        ("rss-capitals", lambda name: feed(name).replace(b"<rss", b"<RSS").replace(b"</rss", b"</RSS")), ("rss-1.0", rdf),
        ("rss-0.90", lambda name: rdf(name, "http://my.netscape.com/rdf/simple/0.9/")), ("atom-1.0", atom),
        ("atom-0.3", lambda name: atom(name).replace(b"http://www.w3.org/2005/Atom", b"http://purl.org/atom/ns#")),
        ("atom-no-space", lambda name: atom(name).replace(b" xmlns='http://www.w3.org/2005/Atom'", b"")),
        ("atom-prefixed", lambda name: re.sub(rb"<(/?)(?=[a-z])", rb"<\1a:", atom(name)).replace(b"xmlns=", b"xmlns:a=")),
        ("json-1.0", lambda name: json_feed(name, "1")), ("json-1.1", json_feed),
        ("no-declaration", lambda name: feed(name, before="")), ("spaces-first", lambda name: b"\n\n  " + feed(name)),
        ("warning-first", lambda name: b"<br />\n<b>Warning</b>: x in y.php on line 3<br />\n" + feed(name)),
        ("text-first", lambda name: b"Notice: undefined index\n" + feed(name)),
        ("comment-last", lambda name: feed(name) + b"<!-- cached in 0.3 s -->"),
        ("junk-last", lambda name: feed(name) + b"<script>x</script>"),
        ("bad-entities", lambda name: feed(name).replace(b"piece 0", b"AT&T & &nbsp;&bogus; piece 0")),
        ("bare-less", lambda name: feed(name).replace(b"piece 0", b"1 < 2 piece 0")),
        ("bad-nesting", lambda name: feed(name).replace(b"</guid>", b"</link>", 1)),
        ("control", lambda name: feed(name).replace(b"piece 0", b"pi\x00e\x01c\x08e \x1b0")),
        ("xsl", lambda name: feed(name, before="<?xml version='1.0'?><?xml-stylesheet href='/trap/xsl' type='text/xsl'?>")),
        ("doctype", lambda name: feed(
            name,
            before="<?xml version='1.0'?><!DOCTYPE rss PUBLIC '-//Netscape//DTD RSS 0.91//EN' 'http://127.0.0.1/trap/dtd'>"))
    ]:
        kind(f"feed-{name}", body(make, type=None))
    kind("feed-empty", body(lambda name: feed(name, 0)), entries=0)
    kind("feed-empty-root", ok(b"<rss version='2.0'/>"), "ok|unreadable|unknown", entries=0)
    kind("feed-one-entry-root",
         body(lambda name: atom(name, 1).split(b"<updated>", 1)[1].split(b"</updated>", 1)[1].replace(
             b"<entry>", b"<entry xmlns='http://www.w3.org/2005/Atom'>").replace(b"</feed>", b"")),
         entries=1)
    # Entities of the document's own, and none from outside.
    kind("entity-own",
         body(lambda name: feed(name, before="<!DOCTYPE rss [<!ENTITY x 'expanded'>]>").replace(b"piece 0", b"&x; piece 0")))
    for name, where in [("file", "file:///etc/passwd"), ("http", "http://127.0.0.1:{port}/trap/entity"),
                        ("other", "http://127.0.0.77:{port}/trap/entity")]:
        kind(f"entity-{name}",
             lambda ask, where=where: ok(
                 feed(ask.name,
                      before=
                      f"<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY x SYSTEM '{where.replace('{port}', str(ask.port))}'>]>").
                 replace(b"piece 0", b"&x; piece 0")))
        kind(f"entity-parameter-{name}",
             lambda ask, where=where:
             ok(feed(ask.name, before=f"<!DOCTYPE rss [<!ENTITY % x SYSTEM '{where.replace('{port}', str(ask.port))}'> %x;]>")))
    kind(
        "entity-xinclude",
        body(lambda name: feed(
            name, channel="<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='file:///etc/passwd' parse='text'/>")))
    laughs = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10 if n else 'ha'}'>" for n in range(10))
    kind("entity-laughs",
         body(lambda name: feed(name, before=f"<!DOCTYPE rss [{laughs}]>").replace(b"piece 0", b"&l9; piece 0")))
    kind(
        "entity-quadratic",
        heavy(lambda name: feed(name, before=f"<!DOCTYPE rss [<!ENTITY q '{'x' * 20_000}'>]>").replace(
            b"piece 0", b"&q;" * 5000 + b" piece 0")))
    kind(
        "entity-loop",
        body(lambda name: feed(name, before="<!DOCTYPE rss [<!ENTITY a '&b;'><!ENTITY b '&a;'>]>").replace(
            b"piece 0", b"&a; piece 0")))
    # Documents that end early give what they hold (no entry is lost), and come again.
    for name, cut in [("after-first", lambda data: data[:data.index(b"</item>") + 7]),
                      ("in-title", lambda data: data[:data.rindex(b"piece") + 3]),
                      ("in-tag", lambda data: data[:data.rindex(b"<desc") + 4]),
                      ("in-end", lambda data: data[:data.rindex(b"</item>") + 3]),
                      ("before-end", lambda data: data[:data.rindex(b"</channel>")])]:
        kind(f"cut-{name}", body(lambda name, cut=cut: cut(feed(name))), entries=(1, 2), check=cut_short)
    kind("cut-in-cdata",
         body(lambda name: feed(name).replace(b"What", b"<![CDATA[What").rsplit(b".</desc", 1)[0]),
         entries=(1, 2))
    kind("cut-atom", body(lambda name: atom(name).rsplit(b"<summary>", 1)[0], type=None), entries=(1, 2), check=cut_short)
    kind("cut-rdf", body(lambda name: rdf(name).rsplit(b"<link>", 1)[0], type=None), entries=(1, 2), check=cut_short)
    kind("cut-atom-prefixed",
         body(lambda name: re.sub(rb"<(/?)(?=[a-z])", rb"<\1a:", atom(name)).replace(b"xmlns=", b"xmlns:a=").rsplit(
             b"<a:summary>", 1)[0],
              type=None),
         entries=(1, 2),
         check=cut_short)
    # A word that looks like the end of a root is none.
    kind("cut-after-mention",
         body(lambda name: feed(name).rsplit(b"What", 1)[0] + b"See our:feed and /rss> for more"),
         entries=(1, 2),
         check=cut_short)
    kind("cut-json-between",
         turns(
             lambda ask: ok(json_feed(ask.name, count=3).rsplit(b', {"id"', 1)[0], 'ETag: "1"', type="application/json"),
             lambda ask: ok(json_feed(ask.name, count=3), 'ETag: "1"')
             if ask.header("if-none-match") is None else head("304 Not Modified", "Connection: close")),
         "ok|unreadable",
         then=("ok",),
         entries=3,
         check=shows(None))
    kind("cut-json", body(lambda name: json_feed(name).rsplit(b'"title"', 1)[0], type=None), "ok|unreadable", entries=(1, 2))
    kind("cut-in-head", ok(b"<?xml version='1.0'?><rss version='2.0'><chan"), "ok|unreadable|unknown", entries=0)
    # What is cut within an id becomes an entry of another id; they have one link, and are told as one.
    kind("cut-then-whole",
         turns(lambda ask: ok(feed(ask.name, 4)[:-420], 'ETag: "1"'), validated('"1"', count=4)),
         then=("ok",),
         entries=(4, 5),
         check=shows(None))
    # Much of everything.
    small = lambda name: raw(f"<rss version='2.0'><channel><title>{name}</title>") + b"".join(
        b"<item><guid>%d</guid><title>a%d</title></item>" % (n, n) for n in range(100_000)) + b"</channel></rss>"
    kind("much-items", heavy(small), entries=5000)
    kind("much-items-slim", heavy(lambda name: raw(rss(name, ["<item/>"] * 400_000))), entries=None)
    kind("much-depth",
         heavy(lambda name: filled(f"<rss version='2.0'><channel><title>{name}</title><item><title>x</title>", "<a>")),
         entries=None)
    kind("much-depth-json",
         heavy(lambda name: raw('{"version":"https://jsonfeed.org/version/1.1","items":' + "[" * 4_000_000)),
         "ok|unreadable",
         entries=0)
    kind("much-attributes",
         heavy(lambda name: raw(f"<rss version='2.0'><channel><title>{name}</title><item " + " ".join(
             f"a{n}='x'" for n in range(500_000)) + "><title>x</title></item></channel></rss>")),
         entries=(0, 1))
    kind("much-namespaces",
         heavy(lambda name: raw("<rss " + " ".join(f"xmlns:a{n}='x{n}'" for n in range(300_000)) +
                                f"><channel><title>{name}</title><item><title>x</title></item></channel></rss>")),
         entries=(0, 1))
    kind("much-comments",
         heavy(lambda name: filled("<?xml version='1.0'?>", "<!-- x -->", 4 * MIB) + feed(name, before="")),
         "ok|unknown",
         entries=(0, 2))
    kind("much-title", body(lambda name: raw(rss("huge", [item(name, 0, title="word " * 200_000)]))), entries=1)
    kind("much-feed-title",
         body(lambda name: raw(
             rss("word " * 100_000, [item(name, 0)]).replace(f"https://{'word ' * 100_000}.example/", "https://a.example/"))),
         entries=1)
    kind("much-guid", body(lambda name: raw(rss(name, [item(name, 0, guid="g" * MIB)]))), entries=1)
    kind("much-link", body(lambda name: raw(rss(name, [item(name, 0, link="https://a.example/" + "l" * MIB)]))), entries=1)
    kind("much-text",
         heavy(lambda name: raw(
             rss(name, [item(name, 0, extra=f"<content:encoded {CONTENT}><![CDATA[{'<p>word' * MIB}]]></content:encoded>")]))),
         entries=1)
    kind(
        "much-nested-html",
        heavy(lambda name: raw(
            rss(name, [item(name, 0, extra=f"<content:encoded {CONTENT}><![CDATA[{'<div>' * 200_000}]]></content:encoded>")]))),
        entries=1)
    kind("much-categories",
         heavy(
             lambda name: raw(rss(name, [item(name, 0, extra="".join(f"<category>c{n}</category>" for n in range(200_000)))]))),
         entries=1)
    # Ids.
    kind("ids-twice-the-same", body(lambda name: raw(rss(name, [item(name, 0)] * 5))), entries=1)
    kind("ids-one-for-all", body(lambda name: raw(rss(name, [item(name, n, guid="same") for n in range(5)]))), entries=5)
    kind("ids-empty", body(lambda name: raw(rss(name, [item(name, n, guid="") for n in range(3)]))), entries=3)
    kind("ids-none",
         body(lambda name: raw(rss(name, [f"<item><title>{name} {n}</title></item>" for n in range(3)]))),
         entries=3)
    kind("ids-churn",
         lambda ask: ok(rss(ask.name, [item(ask.name, n, guid=f"{ask.turn}-{n}") for n in range(3)])),
         polls=4,
         entries=3,
         check=entries_stay)
    kind("ids-churn-order",
         lambda ask: ok(rss(ask.name, [item(ask.name, n) for n in (range(4) if ask.turn % 2 else range(3, -1, -1))])),
         polls=3,
         entries=4,
         check=entries_stay)
    kind("dates-churn",
         lambda ask: ok(re.sub("<pubDate>[^<]*", f"<pubDate>{date()}",
                               feed(ask.name, 3).decode())),
         polls=4,
         entries=3,
         check=entries_stay)
    kind("dates-none", body(lambda name: re.sub(rb"<pubDate>[^<]*</pubDate>", b"", feed(name))))
    for name, when in [("future", "Fri, 01 Jan 2100 00:00:00 GMT"), ("old", "Mon, 01 Jan 0001 00:00:00 GMT"),
                       ("junk", "tomorrow"), ("year-0", "Mon, 01 Jan 0000 00:00:00 GMT"),
                       ("year-99999", "99999-01-01T00:00:00Z"), ("month-13", "2026-13-45T25:61:61Z"),
                       ("zone", "Thu, 26 Nov 2026 10:00:00 +9999"), ("number", "9" * 40)]:
        kind(f"dates-{name}", body(lambda name, when=when: re.sub(rb"<pubDate>[^<]*", b"<pubDate>" + raw(when), feed(name))))
    kind("items-vanish",
         lambda ask: ok(rss(ask.name, [item(ask.name, n) for n in ((0, 1, 2) if ask.turn % 2 == 0 else (2,))])),
         polls=4,
         entries=3)
    kind("items-come", lambda ask: ok(rss(ask.name, [item(ask.name, n) for n in range(ask.turn + 1)])), polls=3, entries=(3, 9))
    kind("items-change",
         lambda ask: ok(rss(ask.name, [item(ask.name, n, title=f"{ask.name} version {ask.turn} of {n}") for n in range(2)])),
         polls=3,
         entries=2,
         check=entries_stay)
    kind("title-clock",
         lambda ask: ok(feed(ask.name, channel=f"<lastBuildDate>{date()}</lastBuildDate><generator>{ask.turn}</generator>")),
         polls=3,
         entries=2,
         check=entries_stay)
    # Links.
    for name, link in [("javascript", "javascript:alert(1)"), ("data", "data:text/html,x"), ("vbscript", "vbscript:x"),
                       ("file", "file:///etc/passwd"), ("private", "http://10.0.0.1/x"), ("relative", "/x/1"),
                       ("parents", "../../x"), ("no-scheme", "//a.example/x"), ("spaces", "https://a.example/a b c"),
                       ("utf-8", "https://grün.example/ü"), ("junk", ":::"), ("empty", ""), ("mail", "mailto:a@example.com"),
                       ("credentials", "https://me:geheim2@a.example/"), ("newlines", "\nhttps://a.example/x\n"),
                       ("html", "https://a.example/\"><script>alert(1)</script>".replace("<", "&lt;"))]:
        kind(f"link-{name}", body(lambda name, link=link: raw(rss(name, [item(name, 0, link=link), item(name, 1)]))))
    kind(
        "link-moved-itunes",
        body(lambda name: feed(
            name,
            channel=
            "<itunes:new-feed-url xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'>http://127.0.0.77/trap/itunes</itunes:new-feed-url>"
        )),
        moved=None,
        polls=2)
    kind("link-self-elsewhere",
         body(lambda name: feed(
             name,
             channel="<atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='self' href='http://127.0.0.77/trap/self'/>")),
         moved=None,
         polls=2)
    kind(
        "link-hub",
        body(lambda name: feed(
            name, channel="<atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='hub' href='http://127.0.0.77/trap/hub'/>")),
        moved=None)
    kind(
        "link-enclosure",
        body(lambda name: raw(
            rss(name, [
                item(name, n, extra="<enclosure url='http://127.0.0.77/trap/enclosure' length='-9' type='x'/>")
                for n in range(2)
            ]))))
    kind(
        "link-picture",
        body(lambda name: raw(
            rss(name, [
                item(
                    name,
                    n,
                    extra=
                    f"<content:encoded {CONTENT}><![CDATA[<img src='http://127.0.0.77/trap/picture' onerror='alert(1)'><script>alert(1)</script>]]></content:encoded>"
                ) for n in range(2)
            ]))))


for table in (statuses, retry_after, freshness, validators, redirects, slowness, framing, headers, connections, compressions,
              types, no_feeds, feeds):
    table()
