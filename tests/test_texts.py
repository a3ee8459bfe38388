"""Titles and abstracts to readable text: what each step changes, and what it must leave."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgraph.sources.markup import plain_markup
from kgraph.sources.tex import plain_tex, without_braces
from kgraph.sources.texts import plain_abstract, plain_title


def cases(*pairs: tuple[str, str]) -> pytest.MarkDecorator:
    """Return one case for each text and what becomes of it."""
    return pytest.mark.parametrize(
        ("text", "plain"), [pytest.param(*pair, id=pair[0][:40]) for pair in pairs]
    )


def untouched(*texts: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("text", texts)


class TestTex:
    @cases(
        (r"$\beta$-VAE", "β-VAE"),
        ("M$^3$", "M³"),
        (r"E$^{2}$-RAG", "E²-RAG"),
        ("{BERT}", "BERT"),
        ("Norouzi{-}Fard", "Norouzi-Fard"),
        ("{A}dap{L}e{R}-like", "AdapLeR-like"),
        (r"\textsc{Glue}", "Glue"),
        (r"$\texttt{FedAvg}$ and $\textbf{CT-LLM}$", "FedAvg and CT-LLM"),
        (r"\emph{all \textbf{of} it}", "all of it"),
        (r"\emph{the {BERT} model}", "the BERT model"),
        (r"{\it some} and {\bf more}", "some and more"),
        (r"$k$-NN on $n=5$ of $\pi_0$-FAST", "k-NN on n=5 of π₀-FAST"),
        (r"$\mathcal{O}(n \log n)$", "O(n log n)"),
        (r"a $\frac{1}{2}$ share, 99\% or $5\%$", "a 1/2 share, 99% or 5%"),
        (r"$\sim$10$\times$ faster", "∼10× faster"),
        (r"$\toolname$ wins", "toolname wins"),
        (r"$\{0,1\}^n$", "{0,1}^n"),
        (r"\(x_i\) and \[y\]", "x_i and y"),
        (r"Bal\'azs, G\"odel, {\c{C}}elik, Erd\H{o}s", "Balázs, Gödel, Çelik, Erdős"),
        (r"\O rsted, na\"{\i}ve, Stra\ss e", "Ørsted, naïve, Straße"),
        ("mathcal{O}(n)", "mathcal{O}(n)"),
        (r"work~\cite{a,b} and Fig.~3", "work and Fig. 3"),
        (r"see \url{https://x.org/a_b} or \href{https://x.org}{here}", "see https://x.org/a_b or here"),
        ("``each'' and ``\"all''", '"each" and ""all"'),
        (r"R\&D", "R&D"),
        (r"\textasciitilde{}35, a\textasciitilde{}b, 3\textasciicircum2", "~35, a~b, 3^2"),
        (r"\textbackslash{}emph", r"\emph"),
        (r"a \"small\" model of \"Uber and G\"odel", 'a "small" model of Über and Gödel'),
    )  # fmt: skip
    def test_changes(self, text: str, plain: str) -> None:
        assert plain_tex(text) == plain

    @untouched(
        "costs $5 and $10",
        "from $5-$10 to $20",
        "about $100M and 20$ more",
        "only 27.72% of it, and 5 % more",
        "labels in {0, 1}",
        "half is 1{2}",
        "~35% and 1M~60M",
        r"C:\temp\new",
        r"\textbackslashes",
        r"\toolname and \prjname{} are macros of an author",
        "snake_case and a^b",
        "f(x) = {x | x > 0}",
        "a lone $ sign",
    )
    def test_leaves(self, text: str) -> None:
        assert plain_tex(text) == text

    def test_braces_of_bibtex(self) -> None:
        assert without_braces("{The {BERT} Model}") == "The BERT Model"

    @given(st.text("$\\{}^_~`'ab1 %&", max_size=60))
    def test_nothing_fails(self, text: str) -> None:
        assert isinstance(plain_tex(text), str)


class TestMarkup:
    @cases(
        ("<jats:p>One.</jats:p><jats:p>Two.</jats:p>", "One. Two."),
        ("<jats:title>Abstract</jats:title><jats:p>We.</jats:p>", "We."),
        ("<jats:title>ABSTRACT</jats:title> <jats:p>We.</jats:p>", "We."),
        ("<jats:sec><jats:title>Purpose</jats:title><jats:p>To see.</jats:p></jats:sec>", "Purpose: To see."),
        ("<jats:title><jats:bold>Purpose:</jats:bold></jats:title><p>To see.</p>", "Purpose: To see."),
        ("<jats:title>The Title</jats:title><jats:p>We.</jats:p>", "We."),
        ("C<jats:sub>10</jats:sub>H<sub>9</sub>, <sup>18</sup>F", "C10H9, 18F"),
        ("of\n  <jats:italic>E. coli</jats:italic>\n  , and ( <i>p</i> < 0.5 )", "of E. coli, and (p < 0.5)"),
        ('<span class="nocase">de</span> <a href="http://x.org/?a=1&b=2">here</a>', "de here"),
        ("&lt;p&gt;Text&lt;/p&gt;", "Text"),
        ("n &lt; m &amp; k &#945; &uuml;", "n < m & k α ü"),
        ("if n<m then <b>x</b> of <image>", "if n<m then x of <image>"),
        ("<alternatives><tex-math>\\beta</tex-math><mml:math><mml:mi>b</mml:mi></mml:math></alternatives>-VAE",
         "$\\beta$-VAE"),
        ("<mml:math><mml:mi>x</mml:mi><mml:mo>=</mml:mo><mml:mn>1</mml:mn></mml:math> holds", "x=1 holds"),
        ("<i>" * 3000 + "deep" + "</i>" * 3000, "deep"),
        ("<p>never closed <i>here", "never closed here"),
        ("<!-- a note -->kept", "<!-- a note -->kept"),
    )  # fmt: skip
    def test_changes(self, text: str, plain: str) -> None:
        assert plain_markup(text, "The Title").strip() == plain.strip()

    @untouched(
        "p < 0.05 and n > 30",
        "the <image> token, <s> and </s>... </think>",
        "a <b and c> d",
        "AT&T, R&D; x &notanentity; y",
        "1<2",
    )
    def test_leaves(self, text: str) -> None:
        assert plain_markup(text) == text

    @given(st.text("<>/&;pib x=\"'\n", max_size=60))
    def test_nothing_fails(self, text: str) -> None:
        assert isinstance(plain_markup(text), str)


class TestText:
    @cases(
        ("schÃ¶n, itâ€™s ﬁne", "schön, it’s fine"),
        ("soft\u00adly, \ufeffmarked, bell\x07", "softly, marked, bell"),
        ("e\u0301tude", "étude"),
        ("two\nlines \t and\u00a0more", "two lines and more"),
        ("We use opti-\nmization", "We use optimization"),
        ("low-\nrank maps", "low-rank maps"),
        ("the estimator of an esti-\nmator", "the estimator of an estimator"),
        ("Abstract. We win.", "We win."),
        ("ABSTRACT: We win.", "We win."),
        ("Abstract\nWe win.", "We win."),
        ("Abstract—We win.", "We win."),
        ("Abstract Large models win.", "Large models win."),
        ("Summary: We win.", "We win."),
    )
    def test_changes(self, text: str, plain: str) -> None:
        assert plain_abstract(text) == plain

    @untouched(
        "Abstract Meaning Representation helps.",
        "Abstract reasoning is hard.",
        "Abstractive summaries win.",
        "Summary statistics are cheap.",
        "“Quoted” and ‘quoted’, 10–20 — dashes",
        "Qwen2.5-72B, C++ and A* are kept",
        "当“商业模式”嫁接“职业规划”",
        "A state-of-the-art model (SOTA)",
    )
    def test_leaves(self, text: str) -> None:
        assert plain_abstract(text) == text

    @cases(
        ("The <i>In vivo</i> Role of\n $\\beta$-VAE", "The In vivo Role of β-VAE"),
        ("Abstract. A Title", "Abstract. A Title"),
    )
    def test_titles(self, text: str, plain: str) -> None:
        assert plain_title(text) == plain

    @given(st.text(max_size=80))
    def test_any_text_is_one_printable_line(self, text: str) -> None:
        plain = plain_abstract(text)
        assert len(plain.splitlines()) < 2
        assert plain == plain.strip()
        plain.encode()

    @pytest.mark.parametrize(
        "text",
        ["a" * 300_000, "a-\n" * 100_000, "$" * 100_000, "{" * 100_000, "\\" * 100_000, "<" * 100_000,
         "<p>" * 30_000, "&" * 100_000, "`" * 100_000, "$a " * 50_000, "~" * 100_000, " " * 300_000 + "x",
         "\\emph{" * 30_000, "<p " * 50_000, "Abstract" + " " * 100_000, "é" * 100_000],
        ids=lambda text: text[:8].strip(),
    )  # fmt: skip
    def test_long_hostile_texts_do_not_hang(self, text: str) -> None:
        assert isinstance(plain_abstract(text), str)
