// Signs readers up from any page: makes the form where its script tag stands, or helps the plain form before it.
// No cookie, no tracking, and the page's own styles are left alone.
;(() => {
  const script = document.currentScript
  const base = new URL('.', script.src)
  const { newsletters = '', topics, language = '' } = script.dataset

  const make = (tag, props, ...children) => {
    const element = document.createElement(tag)
    for (const [name, value] of Object.entries(props ?? {})) {
      if (name in element && name !== 'part') element[name] = value
      else element.setAttribute(name, value)
    }
    element.append(...children)
    return element
  }
  const put = (form, name, value) => {
    const field = form.elements[name] ?? make('input', { type: 'hidden', name })
    field.value = value
    form.append(field)
  }
  const group = (name, legend, offered) =>
    make(
      'fieldset',
      { part: `${name}s` },
      make('legend', null, legend),
      ...offered.map(({ slug, name: label, schedule = '' }) =>
        make(
          'label',
          { part: 'choice' },
          make('input', { type: 'checkbox', name, value: slug, checked: name === 'newsletter' }),
          make('span', null, label, make('small', null, schedule)),
        ),
      ),
    )

  const readOffer = async () => {
    const url = new URL('sign-up/offer', base)
    if (language) url.searchParams.set('language', language)
    for (const slug of newsletters.split(',').filter(Boolean))
      url.searchParams.append('newsletter', slug)
    return (await fetch(url, { credentials: 'omit' })).json()
  }

  // In a tree of its own: styles leak neither in nor out.
  const makeForm = ({ words, privacyUrl, style, language: lang, direction, ...offer }) => {
    const action = new URL('sign-up', base).href
    const email = { part: 'email', type: 'email', name: 'email', dir: 'ltr', autocomplete: 'email' }
    const trap = make('input', { name: 'website', tabIndex: -1, autocomplete: 'off' })
    const form = make(
      'form',
      { part: 'form', method: 'post', action, noValidate: true },
      offer.newsletters.length === 1
        ? make('input', { type: 'hidden', name: 'newsletter', value: offer.newsletters[0].slug })
        : group('newsletter', words.legend, offer.newsletters),
      make('label', { part: 'label' }, words.email, make('input', email)),
      make('p', { part: 'trap', 'aria-hidden': 'true' }, make('label', null, words.trap, trap)),
      make('button', { part: 'button' }, words.button),
      make('small', null, `${words.promise} `, make('a', { href: privacyUrl }, words.privacy)),
    )
    const host = make('div', { className: 'daybreak-sign-up', lang, dir: direction })
    const root = host.attachShadow({ mode: 'open' })
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(style)
    root.adoptedStyleSheets = [sheet]
    root.append(form)
    script.after(host)
    return form
  }

  const help = (form) => {
    // There before it says anything, or a screen reader would not notice.
    const status = make('div', { part: 'status', role: 'status', tabIndex: -1 })
    form.after(status)
    put(form, 'timeZone', Intl.DateTimeFormat().resolvedOptions().timeZone ?? '')
    const email = form.querySelector('[name="email"]')

    const mend = (mistakes) => {
      const names = { email: 'email', newsletters: 'newsletter', topics: 'topic' }
      const wrong = Object.entries(mistakes).map(([kind, text]) => {
        const field = form.querySelector(`[name="${names[kind]}"]`)
        const id = `daybreak-${kind}`
        field.closest('label').before(make('p', { part: 'error', id, role: 'alert' }, text))
        field.setAttribute('aria-invalid', 'true')
        field.setAttribute('aria-describedby', id)
        return field
      })
      wrong[0].focus()
    }
    const doubt = ({ question, button, address }) => {
      put(form, 'sure', '1')
      const onclick = () => {
        email.value = address
        form.requestSubmit()
      }
      const yes = make('button', { part: 'button', type: 'button', onclick }, button)
      status.append(make('p', null, question), yes)
      yes.focus()
    }
    const done = ({ title, lines }) => {
      form.remove()
      const heading = make('p', null, make('strong', null, title))
      status.append(heading, ...lines.map((line) => make('p', null, line)))
      status.focus()
    }

    let asking = false
    form.addEventListener('submit', async (event) => {
      event.preventDefault()
      if (asking) return
      asking = true
      status.replaceChildren()
      for (const error of form.querySelectorAll('[part="error"]')) error.remove()
      for (const field of form.querySelectorAll('[aria-invalid]'))
        field.removeAttribute('aria-invalid')
      try {
        const body = new URLSearchParams(new FormData(form))
        const url = `${form.action}/inline`
        const answer = await (
          await fetch(url, { method: 'POST', body, credentials: 'omit' })
        ).json()
        ;({ asked: done, mend, doubt })[answer.state](answer.mistakes ?? answer)
      } catch {
        // Our own page can do what this script cannot, such as a proof of work.
        HTMLFormElement.prototype.submit.call(form)
      }
      asking = false
    })
  }

  const start = async () => {
    const before = script.previousElementSibling
    const plain = before?.matches('form[data-daybreak]') ? before : null
    const offer = plain && topics === undefined ? undefined : await readOffer()
    const form = plain ?? makeForm(offer)
    if (offer !== undefined) {
      put(form, 'seenAt', offer.seenAt)
      put(form, 'language', offer.language)
      if (topics !== undefined && offer.topics.length > 0)
        form.elements.email
          .closest('label')
          .before(group('topic', offer.words.topics, offer.topics))
    }
    help(form)
  }
  // Where this fails, the page of ours is still worth a link.
  start().catch(() => script.after(make('a', { href: base.href }, base.host)))
})()
