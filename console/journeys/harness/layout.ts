// What no accessibility checker sees: a page wider than its window, and texts that lie on each other.
import type { Page } from "playwright-core";

export function layoutProblems(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const problems: string[] = [];
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) problems.push(`the page is ${scrollWidth} px wide in a window of ${clientWidth} px`);
    const main = document.querySelector("main, [role=main]");
    if (!main) return problems;
    if (main.scrollWidth > main.clientWidth)
      problems.push(`the content is ${main.scrollWidth} px wide in ${main.clientWidth} px`);

    interface Text {
      element: Element;
      text: string;
      box: DOMRect;
    }

    /** The part of a text that its scrolling and clipping ancestors let through. */
    function shown(box: DOMRect, from: Element): DOMRect {
      let { left, top, right, bottom } = box;
      for (let each: Element | null = from; each; each = each.parentElement) {
        if (getComputedStyle(each).overflow === "visible") continue;
        const frame = each.getBoundingClientRect();
        left = Math.max(left, frame.left);
        top = Math.max(top, frame.top);
        right = Math.min(right, frame.right);
        bottom = Math.min(bottom, frame.bottom);
      }
      return new DOMRect(left, top, Math.max(0, right - left), Math.max(0, bottom - top));
    }

    const texts: Text[] = [];
    const walker = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      const text = walker.currentNode.textContent?.trim();
      if (!element || !text || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
      const range = document.createRange();
      range.selectNodeContents(walker.currentNode);
      for (const line of range.getClientRects()) {
        const box = shown(line, element);
        if (box.width > 2 && box.height > 2) texts.push({ element, text, box });
      }
    }
    for (const [index, one] of texts.entries())
      for (const other of texts.slice(index + 1)) {
        if (one.element.contains(other.element) || other.element.contains(one.element)) continue;
        const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
        const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
        // Line boxes are taller than their letters.
        if (across > 3 && down > 6) problems.push(`“${one.text.slice(0, 40)}” lies on “${other.text.slice(0, 40)}”`);
      }
    return problems.slice(0, 10);
  });
}
