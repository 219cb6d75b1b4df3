"""The files of screenshots, made smaller."""

import base64

from playwright.sync_api import Page

from tests.browser.pictures import smaller

READ_PIXELS = """
async (png) => {
  const picture = new Image();
  picture.src = "data:image/png;base64," + png;
  await picture.decode();
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const context = canvas.getContext("2d");
  context.drawImage(picture, 0, 0);
  return Array.from(context.getImageData(0, 0, picture.width, picture.height).data);
}
"""


def pixels_of(page: Page, png: bytes) -> list[int]:
    return page.evaluate(READ_PIXELS, base64.b64encode(png).decode())


def test_a_picture_that_was_made_smaller_looks_the_same(page: Page):
    page.set_viewport_size({"width": 400, "height": 300})
    page.goto("/about/")
    before = page.screenshot()

    after = smaller(before)

    assert len(after) < len(before) / 2
    pairs = list(zip(pixels_of(page, before), pixels_of(page, after), strict=True))
    assert len(pairs) == 400 * 300 * 4
    differences = [abs(one - other) for one, other in pairs]
    # One shade on the edge of a letter may lie further away; the picture does not.
    assert max(differences) < 96
    assert sum(differences) < len(differences)
