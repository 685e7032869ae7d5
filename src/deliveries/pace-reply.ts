type Rule = { slower: boolean; pattern: RegExp; example: string }

// The first match decides. What is about one reader comes first: slowing everybody down would not help.
export const PACE_RULES: readonly Rule[] = [
  {
    slower: false,
    pattern: /gr[ea]y-?list|postgrey/i,
    example: '450 4.2.0 <reader@example.org>: Recipient address rejected: Greylisted',
  },
  {
    slower: false,
    pattern:
      /\b4\.2\.[0-3]\b|(?:mailbox|account|inbox|quota)\b.{0,30}\b(?:full|exceeded|over)|over ?quota/i,
    example: '452 4.2.2 The recipient’s inbox is out of storage space',
  },
  {
    slower: false,
    pattern: /\b4\.1\.\d\b|domain (?:name )?not found|(?:host|name) (?:service|resolution|lookup)/i,
    example: '450 4.1.8 <news@example.org>: Sender address rejected: Domain not found',
  },
  {
    slower: true,
    pattern:
      /\brate\b|throttl|too (?:many|much|fast|frequent|quick)|unusual|volume|slow down|busy|\blimits?\b|\bTSS?\d+|\bRP-00\d|\b4\.7\.(?:28|500|650)\b/i,
    example: '451 4.7.500 Server busy. Please try again later from [192.0.2.1]',
  },
  { slower: true, pattern: /^421\b/, example: '421 4.3.2 All server ports are busy' },
  {
    slower: true,
    pattern: /^45[124]\b.*\b4\.(?:3\.[12]|4\.5|7\.0)\b/,
    example: '452 4.3.1 Insufficient system resources',
  },
]
