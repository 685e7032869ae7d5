import type { BounceReason, Verdict } from './returned.ts'

export type BounceRule = {
  verdict: Verdict
  reason: BounceReason
  pattern: RegExp
  example: string
}

const rule = (
  verdict: Verdict,
  reason: BounceReason,
  { pattern, example }: Pick<BounceRule, 'pattern' | 'example'>,
): BounceRule => ({ verdict, reason, pattern, example })

/**
 * What the other side says, most telling first: the first match decides. Words come before codes, because codes are used
 * loosely: 5.1.1 for a full mailbox, 5.7.1 for nearly anything. Patterns see one line in lower case without addresses.
 */
export const WORD_RULES: readonly BounceRule[] = [
  // Our own allowance there, before the quota of a mailbox.
  rule('ours', 'too fast', {
    pattern:
      /(?:relay|sending|hourly|daily|message rate)(?: \w+)? quota|unexpected volume|exceeded (?:the |your )?(?:sending|message|hourly|daily)/,
    example: "554 you've reached your daily relay quota",
  }),
  // Exchange Online says so for an address that its directory does not have, Postfix for one that its tables refuse.
  rule('hard', 'no such mailbox', {
    pattern: /recipient address rejected: access denied/,
    example: '550 5.4.1 recipient address rejected: access denied',
  }),
  // "The user's mailbox is full" and "address rejected: quota" name the reader, whatever stands around them.
  rule('soft', 'mailbox full', {
    pattern:
      /mail ?box (?:is |was |size |has )?(?:almost )?(?:full|exceeded|over)|mail ?box size limit|over ?-?quota|quota.{0,20}(?:exceed|full|violat|reached|over)|exceed\w*.{0,40}(?:quota|storage|mailbox|allotted|space)|(?:storage|disk|mailbox|mail|account|inbox|user).{0,20}(?:is full|exhausted)|insufficient (?:disk |system |mailbox )?(?:space|storage|quota)|(?:not enough|no) (?:storage |disk |free )?space|out of (?:storage|disk|space)|\bmail ?(?:box)?full\b|mailbox.{0,30}\bfull\b|メールボックスが(?:一杯|いっぱい)|容量(?:が|を).{0,6}(?:一杯|超)/,
    example: '550 5.1.1 the mailbox is full',
  }),
  rule('soft', 'too large', {
    pattern:
      /(?:message|mail|size|body).{0,30}too (?:large|big)|(?:header|line|body) (?:is )?too long|too (?:large|big) (?:for|to)|(?:message|mail|line)(?: size| length)? (?:limit )?exceed|exceeds?.{0,30}(?:maximum|size|limit)|(?:message |mail )?size limit|line limit|recipsizelimit|larger than/,
    example: '552 5.3.4 message size exceeds fixed limit',
  }),
  // Said of the reader's address before anybody was asked.
  rule('soft', 'system trouble', {
    pattern: /malformed address|recipient addresses that were incorrectly constructed/,
    example: 'malformed address: "," may not follow the address',
  }),
  // cPanel says so for every domain that leads nowhere.
  rule('hard', 'no such domain', {
    pattern: /account or domain may not exist, they may be blacklisted/,
    example: 'the account or domain may not exist, they may be blacklisted',
  }),
  rule('ours', 'reverse DNS', {
    pattern:
      /\bptr\b|\brdns\b|reverse.?(?:dns|lookup|host|map|name|address)|unverifyable sending|cannot find your (?:reverse )?host|(?:could not|cannot|can't|unable to) resolve your (?:host|ip)|mismatch\w* client ip|client host rejected: cannot find|(?:helo|ehlo).{0,40}(?:resolve|invalid|not found|does not match|rejected|fqdn)/,
    example: '554 5.7.1 client host rejected: cannot find your reverse hostname',
  }),
  rule('ours', 'authentication', {
    pattern:
      /\b(?:spf|dkim|dmarc)\b|sender.?id\b|unauthenticated|sender authentication|domain authentication|authentication (?:checks?|results?|failed|requirements)|not authori[sz]ed to (?:send|use|relay)(?: mail| e-?mail)? (?:from|as|for|on behalf)|invalid ip for sending mail of domain|not (?:permitted|allowed) sender|access denied, sending domain|from a different address or alias/,
    example: '550 5.7.26 this mail is unauthenticated: dkim did not pass',
  }),
  rule('ours', 'encryption', {
    pattern:
      /starttls|must (?:issue|use) (?:a )?tls|encryption (?:is )?(?:required|needed)|\b(?:tls|ssl)\b.{0,50}(?:requir|fail|negotiat|not (?:available|support|offer)|error|handshake)|(?:requir|fail|negotiat|not support|n't support).{0,40}\b(?:tls|ssl)\b/,
    example: '530 5.7.0 must issue a starttls command first',
  }),
  rule('ours', 'relaying', {
    pattern:
      /relay(?:ing|ed)?\b.{0,30}(?:denied|not permitted|not allowed|prohibited|disallowed|refused|forbidden)|(?:unable|not (?:permitted|allowed|authori[sz]ed)|refus\w+|denied|cannot|can't|won't|don't|do not) to? ?relay|(?:no|not) relay|relay access|not (?:a |one of our )?(?:local|allowed) (?:domain|gateway)|not in my list of|rcpthosts|is not a registered gateway/,
    example: '550 5.7.1 relaying denied',
  }),
  // A sender that is refused is us, also where the words are those for a missing mailbox.
  rule('ours', 'policy', {
    pattern:
      /(?:unrout\w+|unknown|invalid|bad|unresolvable|illegal) sender|sender(?:'s)?(?: e?-?mail)?(?: address| domain)?.{0,30}(?:reject|denied|refus|not (?:exist|found|verif|allow|valid)|unknown|invalid|blocked|does ?n[o']t|unrout|bad)|(?:cannot|could not|unable to) (?:verify|resolve) (?:the |your )?sender|verify (?:the )?(?:mx|sender)|(?:from|return).?(?:address|path|header).{0,20}(?:reject|invalid|denied|not)|\bmail from\b.{0,60}(?:reject|refus|denied|not)|domain of sender|valid from\b|\bfrom: |invalid domain name|callback|\bs(?:ender)? verif/,
    example: '550 5.1.8 sender address rejected: domain not found',
  }),
  rule('ours', 'blocked', {
    pattern:
      /black ?-?list|block ?-?list|\b(?:dns|rh|r)bls?\b|spamhaus|spamcop|barracudacentral|sorbs|uceprotect|invaluement|mailspike|^\d{3}[- ](?:\d\.\d\.\d )?blocked\b|banned|block(?:ed)?.{0,40}\b(?:ip|host|server|address|network|by|using|list|from)\b|\b(?:ip|host|server|network|client|connection)\b.{0,40}\bblock|\b(?:ip|network)(?: address)?\b.{0,40}(?:denied|reject|refus|forbidden|not allowed)|client host.{0,20}reject|dynamic (?:ip|addr)|dial-?up|use (?:the|your) (?:smtp|mail|isp|provider)|part of their network|weren't sent|\((?:hvu|rtr|con|rly|dyn):|\bs3150\b|\bs3140\b|5\.7\.(?:60[6-9]|6[1-4]\d)/,
    example: '554 5.7.1 service unavailable; client host blocked using zen.spamhaus.org',
  }),
  rule('ours', 'reputation', {
    pattern:
      /reputation|sender ?score|low trust|poor (?:ip|sending)|\btss?0[1-9]\b|suspicious activity|complaint(?:s| rate)/,
    example: '550 5.7.1 messages rejected due to the low reputation of the sending ip',
  }),
  rule('ours', 'spam', {
    pattern:
      /\bspam(?:my|ming|assassin)?\b|\bube\b|\buce\b|junk ?mail|unsolicited|bulk (?:mail|e-?mail|message)|phish|looks like|spam(?:trap| score)|message (?:looks|seems) /,
    example: '550 5.7.1 message content rejected, ube',
  }),
  rule('ours', 'content', {
    pattern:
      /\bvirus|malware|trojan|infected|(?:content|attachment|url|link|header|body|mime|subject)\b.{0,30}(?:reject|denied|refus|block|not (?:accept|allow|permit)|prohibit|error|invalid|forbidden|violat)|(?:bare|stray) (?:lf|cr|newline)|not rfc|rfc ?5?[28]22|header error|malformed|message rejected for/,
    example: '554 5.7.1 the message contains a virus',
  }),
  rule('ours', 'too fast', {
    pattern:
      /directory harvest|too many (?:unknown|invalid|connections|messages|recipients|mails|emails|requests|concurrent|errors|unknown|sessions)|rate.?limit|rate (?:exceed|control)|throttl|\bfrequen|too (?:fast|quickly|often)|sending limit|hourly limit|daily limit|exceeded.{0,20}(?:rate|per)/,
    example: '452 4.3.1 too many connections from your host',
  }),
  // What is missing or unknown is ours: before the words for a missing mailbox or domain.
  rule('ours', 'policy', {
    pattern:
      /\byour (?:[\w-]+ )?(?:domain|host|host ?name|ip|server|mx|dns)\b|\b(?:helo|ehlo)\b|\(sender\)|envelope sender|not (?:authori[sz]ed|allowed|permitted) to (?:send|relay|use)|authentication (?:is )?required|requires? authentication|only accepts? (?:e-?mail|mail|messages)|authenticated (?:senders|users)|\b(?:header|not valid in)\b.{0,20}\b(?:from|to)\b|recipient header/,
    example: '550 5.7.1 your domain does not exist in our tables',
  }),
  rule('soft', 'filtered', {
    pattern:
      /not (?:allowed|permitted|authori[sz]ed) to receive|mailbox unavailable or access denied/,
    example: '550 user not allowed to receive external mail',
  }),
  rule('hard', 'moved', {
    pattern:
      /(?:has|have|user|recipient|mailbox|address).{0,10} (?:moved|been (?:moved|retired|closed|terminated|deleted|removed|discontinued))|no longer (?:on|at|in|with|works?|valid|available|exists?|accept|used?|in use|employed|here|active here)|please (?:try|use|contact|send).{0,30}(?:new address|instead)|address (?:has )?changed|\bforwarding address/,
    example: '550 5.1.6 recipient no longer on server',
  }),
  rule('soft', 'mailbox disabled', {
    pattern:
      /(?:account|mailbox|user|recipient|e-?mail|address|domain|inbox).{0,60}(?:disabled|suspended|inactive|deactivated|locked|frozen|not active|expired|on hold|out of service|restricted|over.?limit)|(?:disabled|suspended|inactive|deactivated|locked|frozen|closed) (?:account|mailbox|user|recipient)|temporar\w+ (?:disabled|suspended|unavailable|locked|rejected)|user (?:is )?not active|not been activated|dormant/,
    example: '550 5.2.1 the account has been suspended',
  }),
  rule('hard', 'takes no mail', {
    pattern:
      /null mx|mx or srv record indicated no smtp|does(?: not|n't) (?:accept|receive|handle|want|support) (?:any )?(?:e-?mail|mail|smtp|messages)(?!s? from)|(?:not|never) accept(?:ing|s|ed)? (?:any )?(?:e-?mail|mail|messages)(?!s? from)|no (?:valid )?(?:smtp|mail) service|domain.{0,20}no mail|unable to accept (?:e-?mail|mail|messages)(?! from)|accepts? no mail|^556\b|invalid mx|not accepting network messages/,
    example: '556 5.1.10 the domain does not accept mail (null mx)',
  }),
  rule('soft', 'system trouble', {
    pattern:
      /(?:dns|name ?server|resolver|name service).{0,40}(?:time(?:d )?-?out|temporar|try again|servfail|failure to reach)|temporar\w* (?:lookup|dns|failure in name|unable to resolve|name)|try (?:again|it) later/,
    example: '451 4.4.3 temporary lookup failure of the domain: try again',
  }),
  rule('hard', 'no such domain', {
    pattern:
      /(?:host|domain|server)(?: name| or domain name)?.{0,60}(?:unknown|not (?:be )?(?:found|exist|resolv|known|valid|registered)|does(?: not|n't) exist|invalid|no(?:n-| )existent|cannot be found|can't be found)|(?:unknown|no such|invalid|illegal|non-?existent|bad) (?:host|domain|destination)|unrout\w+ (?:mail ?)?(?:domain|address)|nxdomain|(?:couldn't|could not|cannot|can't|unable to) (?:find|resolve|look ?up|locate).{0,30}(?:host|domain|\bmx|mail exchanger)|no (?:mx|a|address|dns|mail exchanger)(?: or (?:mx|a))? (?:record|host)|name service error|all relevant mx records point to non|domain is not reachable|mx.{0,30}non-?existent|lookup failure.{0,60}not found|\bhost unknown\b|list of (?:allowed|permitted) (?:domains|hosts)/,
    example: '550 5.1.2 host or domain name not found',
  }),
  rule('hard', 'no such mailbox', {
    pattern:
      /(?:user|recipient|mail ?box|account|alias|address|e-?mail|customer|subscriber|person|addressee)s?\b.{0,50}(?:unknown|not (?:be )?(?:found|exist|known|valid|listed|registered|recogni[sz]ed|here|available|our customer)|does(?: not|n't) (?:exist|have)|doesn't|non-?existent|no(?:t)? such|invalid|cannot be (?:found|delivered|located)|couldn't be found|could not be found|isn't (?:found|valid|known)|undeliverable|unroutable|unverified)|(?:unknown|no such|invalid|non-?existent|not (?:a |an )?(?:known|valid|local|registered)|unrecogni[sz]ed|undeliverable|illegal|bad)(?: or \w+)?(?: (?:local|virtual|e-?mail|mail|destination|rcpt))* ?-?(?:user|recipient|mail ?box|account|alias|address|person|rcpt|addressee|customer|name)|no (?:mailbox|account|user|recipient|one)(?: here| by| with| of| found)|there is no (?:one|such|user|mailbox|account)|(?:don't|do not) (?:know|have).{0,20}(?:user|mailbox|account|recipient)|does(?: not|n't) like recipient|recip(?:ient)?notfound|not listed in|mailbox unavailable|5\.1\.[01] .{0,10}(?:recipient|address) rejected|user\s+not|not our (?:customer|user)|this user doesn't have|宛先|ユーザ.{0,12}(?:不明|存在しま|見つか)|存在しません|no valid recipient|(?:invalid|unknown) (?:\w+ ){0,3}userid|получатель.{0,40}не|нет (?:такого )?(?:ящика|пользователя)/,
    example: '550 5.7.1 no such user here',
  }),
  rule('soft', 'filtered', {
    pattern:
      /(?:rejected|refused|blocked|denied|restricted) by (?:the )?(?:recipient|user|customer|owner|mailbox)|(?:recipient|address) rejected|resolver\.rst\.notauthori[sz]ed|recipient preferences|recipient.{0,20}(?:refus|filter|has blocked)|due to (?:extended )?(?:inactivity|recipient)/,
    example: '550 refused by the recipient',
  }),
  rule('soft', 'not in time', {
    pattern:
      /failed (?:after )?\d+ (?:attempts|tries)|after (?:multiple|several|many|repeated) (?:retries|attempts|tries)|aborted after|(?:message|queue|delivery|retry|time|it|has).{0,30}(?:expired|time(?:d )?-?out)|expired|too (?:old|long in)|retry (?:time(?:out)?|limit)|could not (?:be )?deliver\w*.{0,40}(?:hours|days)|(?:connection|connect|operation|server|host|session|network).{0,40}(?:time(?:d )?-?out|refused|reset|lost|dropped|unreachable|broken|closed|fail)|no route|not responding|did not (?:respond|accept our requests)|(?:could not|couldn't|unable to|cannot) (?:connect|contact|reach|establish)|no smtp connection got far|in the queue too long|delayed|been trying|for too long|within \d+ (?:hours|days)/,
    example: '550 4.4.7 queue.expired; message expired',
  }),
  rule('ours', 'policy', {
    pattern:
      /policy|policies|not (?:permitted|allowed|authori[sz]ed|accepted)|access denied|access (?:is )?(?:not|forbidden)|administrat\w+ prohibit|prohibited|permission|authrequired|security|\brejected\b|\brefused\b|forbidden|\bdenied\b|unacceptable|disallowed/,
    example: '550 5.7.1 access denied',
  }),
  rule('soft', 'system trouble', {
    pattern:
      /(?:system|server|service|local|internal|configuration|resource|disk|mail).{0,30}(?:error|trouble|problem|fail|unavailable|down|busy|not available|misconfig)|loop|too many hops|hop count|unavailable|command (?:failed|died)|exit(?:ed)? (?:with )?(?:status|code)|pipe|\bi\/o\b|try later|greylist|grey ?list|deferr/,
    example: '451 4.3.0 local error in processing',
  }),
]

/** Where the words say nothing: the codes (RFC 3463, and what providers add), from those that are kept to. */
export const CODE_RULES: readonly BounceRule[] = [
  rule('soft', 'mailbox full', { pattern: /^[45]\.2\.2$/, example: '5.2.2' }),
  rule('soft', 'too large', { pattern: /^[45]\.(?:2\.3|3\.4)$/, example: '5.3.4' }),
  rule('soft', 'mailbox disabled', { pattern: /^[45]\.2\.1$/, example: '5.2.1' }),
  rule('hard', 'moved', { pattern: /^5\.1\.6$/, example: '5.1.6' }),
  rule('hard', 'takes no mail', { pattern: /^5\.1\.10$/, example: '5.1.10' }),
  rule('ours', 'policy', { pattern: /^5\.1\.[78]$/, example: '5.1.8' }),
  rule('hard', 'no such domain', { pattern: /^5\.1\.2$/, example: '5.1.2' }),
  rule('hard', 'no such mailbox', { pattern: /^5\.1\.[0134]$/, example: '5.1.1' }),
  rule('soft', 'not in time', { pattern: /^[45]\.4\.[127]$/, example: '5.4.7' }),
  rule('soft', 'system trouble', {
    pattern: /^5\.(?:[34]\.\d+|0\.0)$|^4\.[1-6]\.\d+$/,
    example: '5.3.0',
  }),
  rule('ours', 'reverse DNS', { pattern: /^[45]\.7\.25$/, example: '5.7.25' }),
  rule('ours', 'authentication', {
    pattern: /^[45]\.7\.(?:2[0-367]|3[02]|509|515)$/,
    example: '5.7.26',
  }),
  rule('ours', 'spam', { pattern: /^[45]\.7\.28$/, example: '5.7.28' }),
  rule('ours', 'encryption', { pattern: /^[45]\.7\.(?:10|29)$/, example: '5.7.29' }),
  rule('ours', 'content', { pattern: /^5\.6\.\d+$/, example: '5.6.0' }),
  rule('ours', 'policy', { pattern: /^[45]\.7\.\d+$/, example: '5.7.1' }),
  rule('soft', 'filtered', { pattern: /^5\.2\.\d+$/, example: '5.2.0' }),
  rule('soft', 'system trouble', { pattern: /^5\.5\.\d+$/, example: '5.5.0' }),
]
