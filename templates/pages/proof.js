// Answers a challenge in the format of ALTCHA, version 2: finds the number whose key, derived by PBKDF2, begins as the
// challenge says. The browser derives keys beside the page, which stays usable.
for (const form of document.querySelectorAll('form[data-proof]')) void fillIn(form)

async function fillIn(form) {
  const field = form.elements.namedItem('proof')
  const status = form.querySelector('[data-proof-status]')
  const say = (text) => {
    if (status !== null && text !== undefined) status.textContent = text
  }
  const button = form.querySelector('button')
  try {
    say(status?.dataset.working)
    if (button !== null) button.disabled = true
    const response = await fetch(form.dataset.proof, { credentials: 'omit' })
    const challenge = await response.json()
    field.value = btoa(JSON.stringify({ challenge, solution: await solve(challenge.parameters) }))
    say(status?.dataset.done)
  } catch {
    say(status?.dataset.failed)
  } finally {
    if (button !== null) button.disabled = false
  }
}

async function solve({ nonce, salt, cost, keyLength, keyPrefix }) {
  const began = performance.now()
  const start = bytesOf(nonce)
  const prefix = keyPrefix.toLowerCase()
  const password = new Uint8Array(start.length + 4)
  password.set(start)
  const view = new DataView(password.buffer)
  const how = { name: 'PBKDF2', hash: 'SHA-256', salt: bytesOf(salt), iterations: cost }
  for (let counter = 0; counter < 100_000; counter += 1) {
    view.setUint32(start.length, counter)
    const key = await crypto.subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits'])
    const derivedKey = hexOf(await crypto.subtle.deriveBits(how, key, keyLength * 8))
    if (derivedKey.startsWith(prefix))
      return { counter, derivedKey, time: Math.round(performance.now() - began) }
  }
  throw new Error('no answer')
}

function bytesOf(hex) {
  return Uint8Array.from(hex.match(/../g), (pair) => Number.parseInt(pair, 16))
}

function hexOf(buffer) {
  return Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
