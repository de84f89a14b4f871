#!/usr/bin/env python3
"""feeds.py N FOLDER [--base URL]: writes N made-up feeds, FOLDER/f/00000.xml and on, and FOLDER/opml.xml.

RSS 2.0 with content:encoded, Atom 1.0 and RSS 1.0; 20 to 50 entries each, in English, German and French, with HTML,
images and dates over two years; every eighth entry is a near-copy of one of a pool of stories. The same N and base give
the same bytes; the files' times lie in the past, so that a server's validators stay.
"""
import argparse
import datetime
import email.utils
import html
import os
import pathlib
import random

WORDS = {
    "en": "river harbour council bridge market winter season report company minister village train energy school water price light garden voter field energy doctor museum island signal engine forest letter border table morning evening".split(),
    "de": "Fluss Hafen Stadtrat Brücke Markt Winter Saison Bericht Firma Ministerin Dorf Zug Energie Schule Wasser Preis Licht Garten Wähler Feld Ärztin Museum Insel Signal Motor Wald Brief Grenze Tisch Morgen Abend größer".split(),
    "fr": "rivière port conseil pont marché hiver saison rapport société ministre village train énergie école eau prix lumière jardin électeur champ médecin musée île signal moteur forêt lettre frontière table matin soir".split(),
}
NOW = datetime.datetime(2026, 11, 1, 12, tzinfo=datetime.timezone.utc)


def text(chance, language, count):
    words = " ".join(chance.choices(WORDS[language], k=count))
    return words[0].upper() + words[1:]


def body(chance, language, site, key):
    paragraphs = []
    left = max(30, min(1500, int(chance.lognormvariate(4.6, 0.9))))
    while left > 0:
        count = min(left, chance.randint(20, 90))
        left -= count
        words = text(chance, language, count)
        shape = chance.random()
        if shape < 0.3:
            words = words.replace(" ", f' <a href="https://{site}/ref/{key}?utm_source=rss">mehr &amp; more</a> ', 1)
        elif shape < 0.4:
            words = f"<em>{words[:20]}</em>{words[20:]}"
        paragraphs.append(f"<p>{words}.</p>")
    if chance.random() < 0.4:
        paragraphs.insert(0, f'<figure><img src="https://{site}/img/{key}.jpg" srcset="/img/{key}-300.jpg 300w, /img/{key}-1024.jpg 1024w" alt="{text(chance, language, 3)}" width="1024" height="683"/></figure>')
    return "\n".join(paragraphs)


def entries(chance, number, pool):
    site, language = f"site{number}.example", chance.choice(["en", "en", "de", "fr"])
    for at in range(chance.randint(20, 50)):
        when = NOW - datetime.timedelta(minutes=chance.randint(1, 2 * 365 * 1440))
        title, link, tongue = text(chance, language, chance.randint(4, 12)), f"https://{site}/{when:%Y/%m}/{at}", language
        if chance.random() < 0.12:
            title, shared, tongue = chance.choice(pool)
            link = shared if chance.random() < 0.33 else link
        yield title, link, when, body(chance, tongue, site, at), f"{site}:{at}"


def rss(site, items):
    made = "".join(
        f"<item><title>{html.escape(title)}</title><link>{link}</link><guid isPermaLink=\"false\">{key}</guid>"
        f"<pubDate>{email.utils.format_datetime(when)}</pubDate><content:encoded><![CDATA[{content}]]></content:encoded></item>\n"
        for title, link, when, content, key in items
    )
    return f'<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>{site}</title><link>https://{site}/</link><description>News</description>\n{made}</channel></rss>'


def atom(site, items):
    made = "".join(
        f'<entry><title>{html.escape(title)}</title><link href="{link}"/><id>tag:{site},2026:{key}</id>'
        f'<updated>{when.isoformat()}</updated><content type="html">{html.escape(content)}</content></entry>\n'
        for title, link, when, content, key in items
    )
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>{site}</title><id>tag:{site},2026:feed</id><updated>{NOW.isoformat()}</updated><link href="https://{site}/"/>\n{made}</feed>'


def rdf(site, items):
    made = "".join(
        f'<item rdf:about="{link}#{key}"><title>{html.escape(title)}</title><link>{link}</link>'
        f"<dc:date>{when.isoformat()}</dc:date><description>{html.escape(content)}</description></item>\n"
        for title, link, when, content, key in items
    )
    return f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://{site}/"><title>{site}</title><link>https://{site}/</link><description>News</description></channel>\n{made}</rdf:RDF>'


def write(count, folder, base):
    """Gives how many entries and bytes were written."""
    chance = random.Random(7)
    pool = []
    for at in range(max(3, count // 5)):
        language = chance.choice(list(WORDS))
        pool.append((text(chance, language, 9), f"https://shared.example/story/{at}", language))
    (folder / "f").mkdir(parents=True, exist_ok=True)
    urls, entry_count, byte_count = [], 0, 0
    for number in range(count):
        items = list(entries(chance, number, pool))
        make = chance.choices([rss, atom, rdf], [60, 35, 5])[0]
        document = '<?xml version="1.0" encoding="utf-8"?>\n' + make(f"site{number}.example", items)
        path = folder / "f" / f"{number:05}.xml"
        path.write_text(document, encoding="utf-8")
        os.utime(path, (NOW.timestamp() - number, NOW.timestamp() - number))
        urls.append(f"{base}/f/{number:05}.xml")
        entry_count += len(items)
        byte_count += path.stat().st_size
    outlines = "\n".join(f'<outline type="rss" text="site" xmlUrl="{url}"/>' for url in urls)
    (folder / "opml.xml").write_text(f'<opml version="2.0"><body>\n{outlines}\n</body></opml>\n')
    return entry_count, byte_count


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("n", type=int)
    arguments.add_argument("folder", type=pathlib.Path)
    arguments.add_argument("--base", default="http://127.0.0.1:8088")
    asked = arguments.parse_args()
    print("%d entries, %d bytes" % write(asked.n, asked.folder, asked.base))
