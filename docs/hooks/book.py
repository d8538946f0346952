"""The book's part of the build: what pages say of refnn is drawn, listed and computed from refnn itself.

A comment `<!-- NAME arguments -->` in a page is replaced by what the function NAME of `parts` yields; figures, the
pages of the API and those of the laws are no files, they come into being here. Every doctest of a page is run.
"""

import doctest
import re
from textwrap import dedent
from typing import Any

import parts
from ids import linked
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

_MARK = re.compile(r"^( *)<!-- (\w+)(?: (.*?))? -->$", re.MULTILINE)
_SESSION = re.compile(r"^ *```pycon\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the pages of the API into the navigation."""
    for entry in config.nav or ():
        for title, pages in entry.items():
            if title == "API":
                entry[title] = [pages, *(f"api/{name}.md" for name in parts.api_modules())]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add figures, the API and the laws."""
    for name, content in {**parts.figures(), **parts.api_pages(), **parts.law_pages()}.items():
        files.append(File.generated(config, name, content=content))
    return files


def on_post_template(output_content: str, template_name: str, config: MkDocsConfig) -> str:
    """Leave out the page 404, seen under any address, where it cannot know where its styles and links begin."""
    return output_content if template_name != "404.html" or config.site_url else ""


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Fill in the parts of a page, run its doctests, and make its IDs links."""
    up = "../" * page.file.src_uri.count("/")

    def part(mark: re.Match[str]) -> str:
        if mark[2] not in parts.PARTS:
            raise PluginError(f"{page.file.src_uri}: no part is called {mark[2]!r}; there are {', '.join(parts.PARTS)}")
        try:
            lines = "\n".join(parts.PARTS[mark[2]](mark[3] or "")).replace("](site:", f"]({up}").splitlines()
        except (KeyError, ValueError, AttributeError) as error:
            raise PluginError(f"{page.file.src_uri}: {mark[0].strip()}: {error}") from error
        return "\n".join(mark[1] + line if line else line for line in lines)

    markdown = _MARK.sub(part, markdown)
    _run(page.file.src_uri, markdown)
    return linked(markdown)


def _run(name: str, markdown: str) -> None:
    """Run the doctests of a page, one after the other in one session; what they print must be what the page says."""
    session = "\n".join(dedent(block) for block in _SESSION.findall(markdown))
    test = doctest.DocTestParser().get_doctest(session, {}, name, name, 0)
    said: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS).run(test, out=said.append)
    if said:
        raise PluginError(f"{name}: a page says what the code does not\n{''.join(said)}")
