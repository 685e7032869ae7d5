/** What comes in from outside and must go out as words. */
export const HOSTILE = [
  '</a></td></table><script>alert(1)</script> Fish & chips',
  '<img src=x onerror=alert(1)> "quoted" \'twice\' <b>bold',
  '<div style="position:fixed;display:flex;color:#fff">Covering everything</div>',
  'كل شيء \u202Eمعكوس\u202C and {{ liquid }} {% raw %} ${shell} %s',
  '&lt;h1&gt;Twice escaped&lt;/h1&gt; &amp;amp; <!-- comment --> ]]>',
  `A ${'very '.repeat(30)}long headline about ${'x'.repeat(120)}`,
  '🚢🚢🚢 Ship names ⚓️ in emoji \u0301\u0301\u0301 and \u200Bzero\u200Bwidth',
]
