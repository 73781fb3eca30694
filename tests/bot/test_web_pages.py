"""What each page shows, to whom, and the switch, languages and tour of the first screen."""

from pathlib import Path

from bot.conversation.events import Replace
from bot.views.elements import Actions, Button, Card, Text
from cases.embedding.bundled import BundledEncoder
from cases.scope import Scope
from cases.vocabulary import Status
from tests.drivers.doors import door_of
from tests.drivers.web import WebDriver
from tests.fakes.pages import COMPANY, letter, pages
from tests.fakes.sample_cast import KATO


def card(text: str) -> Card:
    return Card((Text(text), Actions((Button("次へ", "next", "v"),))))


async def test_the_first_screen_has_box_examples_switch_languages_and_four_words(
    tmp_path: Path,
) -> None:
    async with pages(tmp_path) as page:
        _, text = await page.get("/")
        assert "うまくいったことも、困っていることも、ひとことでどうぞ" in text
        assert text.count('<a href="/?try=') == 3
        assert text.count('name="who"') == 4 + 1  # the switch, and the tour's own button
        menu = text.split("<nav")[1].split("</nav>")[0]
        assert menu.count("<a href=") == 4
        assert "日付を進める" in text
        assert "11/5(木)" in text


async def test_an_example_fills_the_box_and_sends_nothing(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        _, text = await page.get("/?try=0")
        assert "秘書さんに聞いた時間に" in text.split("<textarea")[1].split("</textarea>")[0]
        assert page.desk.events == []


async def test_what_waits_is_shown_under_the_box(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        page.back.inbox = [letter(), letter(letter_id="l2", read=True)]
        assert "新しいお知らせ 1件" in (await page.get("/"))[1]
        await page.post("/switch", who="hq")
        _, text = await page.get("/")
        assert "確認待ち 1件" in text
        assert "新しいお知らせ" not in text


async def test_the_mailbox_shows_letters_and_marks_them_read(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        page.back.inbox = [letter(card("その後いかがですか?")), letter(letter_id="l2", read=True)]
        _, text = await page.get("/mailbox")
        assert "その後いかがですか?" in text
        assert text.count("新着") == 1
        assert page.back.read == ["l1"]


async def test_an_answered_letter_shows_the_answer_after_a_reload(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        page.back.inbox = [letter(card("その後いかがですか?"))]
        page.desk.replies["try.answer"] = [Replace(card("実りましたね"))]
        await page.get("/mailbox")
        await page.post("/press", quick=True, press="1 try.answer t:worked", card="letter-l1")
        _, text = await page.get("/mailbox")
        assert "実りましたね" in text
        assert "その後いかがですか" not in text


async def test_the_library_shows_what_the_reader_may_see(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        _, text = await page.get("/library")
        assert "3件の事例" in text
        assert "承認を待つ事例" not in text
        await page.post("/switch", who="kato")
        assert "承認を待つ事例" in (await page.get("/library"))[1]
        assert (await page.get("/case/k3"))[0] == 200
        await page.post("/switch", who="sato")
        assert (await page.get("/case/k3"))[0] == 404


async def test_the_library_is_narrowed_and_ordered(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        assert "1件の事例" in (await page.get("/library?channel=phone"))[1]
        assert "1件の事例" in (await page.get("/library?area=cardiology"))[1]
        assert "0件の事例" in (await page.get("/library?channel=phone&area=cardiology"))[1]
        _, newest = await page.get("/library")
        assert newest.index("朝の3択") < newest.index("電話を夕方")
        _, reproduced = await page.get("/library?sort=reproduced")
        assert reproduced.index("電話を夕方") < reproduced.index("朝の3択")
        assert "再現2件・1営業所" in reproduced
        assert (await page.get("/library?page=99&sort=x"))[0] == 200


async def test_a_case_opens_over_the_list_or_as_a_page(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        _, whole = await page.get("/case/k1")
        _, inside = await page.get("/case/k1", headers={"HX-Request": "true"})
        assert whole.startswith("<!doctype html>")
        assert inside.startswith("<article")


async def test_an_office_of_few_people_has_no_figures(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        assert "月ごとの動き" not in (await page.get("/office"))[1]  # an MR's page has none
        await page.post("/switch", who="kato")
        _, text = await page.get("/office")
        assert "神戸営業所" in text
        figures = text.partition('id="figures"')[2].partition("</section>")[0]
        assert "少数" in figures


async def test_only_head_office_sees_other_offices_approvals_and_packs(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        assert "仙台営業所" in (await page.get("/office?office=kobe"))[1].split("<h1>")[1]
        assert (await page.get("/pack/kobe/2026-10"))[0] == 404
        assert (await page.get("/pack/sendai/2026-10"))[0] == 200
        assert (await page.get("/review"))[0] == 403
        await page.post("/switch", who="hq")
        assert "承認を待つ事例" in (await page.get("/review"))[1]
        assert "神戸営業所" in (await page.get("/office?office=kobe"))[1].split("<h1>")[1]
        _, text = await page.get("/pack/kobe/2026-10")
        assert "事例3つ" in text
        assert "急ぎの改訂の伝え方" in text


async def test_a_month_that_is_none_is_refused_in_words(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        status, text = await page.get("/pack/sendai/2026-13")
        assert status == 400
        assert "E-08" in text


async def test_the_digest_of_a_month_can_be_looked_at_beforehand(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        await page.post("/switch", who="hq")
        _, text = await page.get("/office?office=kobe&month=2026-10")
        assert "月次まとめの下見(送られません)" in text
        assert "営業所会議で使える5分" in text


async def test_a_digest_offers_only_what_its_reader_may_do(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        await page.post("/switch", who="hq")
        _, text = await page.get("/office?office=kobe&month=2026-10")
        assert "試してみる" in text
        assert "営業所で共有</button>" not in text  # it posts to one's own office's room
        assert "お願いはひとつだけ" not in text
        assert 'href="/pack/kobe/2026-10"' in text


async def test_moving_the_date_says_where_it_came_to(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        _, text = await page.post("/move", by="two_weeks")
        assert page.back.moves == ["two_weeks"]
        assert "11/19(木)になりました。2件のお知らせが届きました。" in text
        assert (await page.post("/move", by="year"))[0] == 400


async def test_there_is_no_tour_outside_the_sample_company(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        page.back.day = None
        assert "日付を進める" not in (await page.get("/"))[1]
        assert (await page.post("/move", by="day"))[0] == 403


async def test_a_step_for_oneself_offers_its_example_and_no_other_person(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        assert "例文で試す" in (await page.get("/?step=1"))[1]
        assert "この人になって試す" in (await page.get("/?step=2"))[1]


async def test_a_step_of_the_tour_acts_as_its_person_with_its_example(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        _, text = await page.get("/?step=2")
        back = text.split('name="back" value="/?step=2')[1].split('"')[0]
        _, text = await page.post(
            "/switch", who="mori", back="/?step=2" + back.replace("&amp;", "&")
        )
        assert 'value="mori" aria-pressed="true"' in text
        assert "訪問規制で会えない先生に会えた例" in text.split("<textarea")[1]
        assert (await page.get("/?step="))[0] == 200
        assert (await page.get("/?try=99&step=9&day=x&came=y"))[0] == 200


async def test_the_language_is_the_member_s_and_changes_every_word(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        _, text = await page.post("/language", locale="en", back="/library")
        assert "Newest first" in text
        assert "Sato" in text
        assert "しぼり込む" not in text


async def test_after_a_deed_the_page_of_reviewers_has_what_waits_now(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        await page.post("/switch", who="hq")
        _, text = await page.get("/review")
        assert "1件" in text
        assert 'id="card-case-k3"' in text
        async with page.db.transaction(Scope(COMPANY)) as shelf:
            case = await shelf.cases.any("k3")
            assert case is not None
            case.status, case.release_asked_at = Status.COMPANY, None
            other = await shelf.cases.any("k1")
            assert other is not None
            other.status, other.release_asked_at = Status.OFFICE, shelf.now
        page.desk.replies["review.release"] = [Replace(card("全社に公開しました"))]
        pressed = {"press": "1 review.release k3:x", "card": "case-k3"}
        _, text = await page.post("/press", quick=True, at="/review?x=1", **pressed)
        queue = text.partition('id="queue" hx-swap-oob="true"')[2]
        assert "全社に公開しました" in queue
        assert queue.index("card-case-k3") < queue.index("card-case-k1")
        assert text.count("card-case-k3") == 1
        _, text = await page.post("/press", quick=True, at="/library", key="other", **pressed)
        assert 'id="queue"' not in text
        assert "全社に公開しました" in text


async def test_all_months_together_have_no_figure_where_one_month_has_its_own(
    company_file: Path, tmp_path: Path, encoder: BundledEncoder
) -> None:
    async with door_of("web")(company_file, tmp_path, encoder) as driver:
        assert isinstance(driver, WebDriver)
        page = await driver._open(KATO, "/office")
        (table,) = page.all("table")
        whole, *months = [one.lines().split() for one in table.one("tbody").all("tr")]
        assert whole[0] == "あわせて"
        columns = list(zip(*months, strict=True))
        for at in (1, 2, 3):
            told = any(figure.isdigit() for figure in columns[at])
            assert (whole[at] == "—") == told
        assert "—" in whole
        assert "引き算で分かる" in page.lines()
