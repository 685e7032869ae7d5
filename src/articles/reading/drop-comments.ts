import { type HtmlElement, type HtmlNode, isElement, textOf } from './dom.ts'
import { headsComments } from './text-chrome.ts'

const LEAST_PROSE = 150

/** Removes the comments that only a heading announces: all that follows it in its container. */
export function dropComments(page: HtmlElement): void {
  let prose = 0
  for (const element of page.querySelectorAll('p, h2, h3, h4, h5, h6'))
    if (element.tagName.toUpperCase() === 'P') prose += textOf(element).length
    else if (prose >= LEAST_PROSE && headsComments(textOf(element))) dropFrom(element)
}

function dropFrom(heading: HtmlElement): void {
  const following: HtmlElement[] = []
  for (let node: HtmlNode | null = outermost(heading); node !== null; node = node.nextSibling)
    if (isElement(node)) following.push(node)
  // A heading above the article's own invites to its comments.
  if (following.some((element) => element.querySelector('h1') !== null)) return
  for (const element of following) element.remove()
}

/** The heading with the elements that hold nothing else. */
function outermost(heading: HtmlElement): HtmlElement {
  let element = heading
  for (;;) {
    const parent = element.parentNode
    if (parent === null || !isElement(parent) || parent.tagName.toUpperCase() === 'BODY')
      return element
    if (textOf(parent) !== textOf(heading)) return element
    element = parent
  }
}
