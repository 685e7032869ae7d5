import { foldedWords } from './clean-text.ts'

// What pages write on their furniture, in the languages that news is read in. A line counts that says nothing else, or
// the words and a colon before something short: the same words begin sentences of articles.

const ASIDES = `related|related articles|related stories|related posts|related content|related news|related links|similar posts|you may also like|you might also like|see also|read also|also read|more on this topic|more on this story|more like this|read next|further reading|recommended|recommended for you|most read|most popular|latest news|top stories|recent posts|popular posts|from the archive|
ähnliche artikel|ähnliche beiträge|ähnliche themen|ähnliche posts|ähnliche meldungen|verwandte artikel|verwandte beiträge|verwandte themen|verwandte links|das könnte sie auch interessieren|das könnte dich auch interessieren|das könnte dir auch gefallen|das könnte ihnen auch gefallen|auch interessant|auch spannend|lesen sie auch|lesen sie hier|lesen sie mehr|lesen sie dazu auch|lies auch|lesen sie weiter|mehr zum thema|mehr dazu|mehr lesen|mehr aus dem ressort|mehr aus|zum thema|weitere artikel|weitere beiträge|weitere meldungen|weitere nachrichten|weitere themen|weitere informationen|weitere links|weiterführende links|weiterlesen|meistgelesen|meistgelesene artikel|meist gelesen|empfehlungen der redaktion|unsere empfehlungen|neueste beiträge|neueste artikel|neueste kommentare|letzte beiträge|aktuelle beiträge|aktuelle meldungen|beliebte beiträge|siehe auch|beitrags navigation|artikelnavigation|vorheriger beitrag|nächster beitrag|vorheriger artikel|nächster artikel|top themen|
à lire aussi|lire aussi|lire également|à lire également|à voir aussi|sur le même sujet|sur le même thème|articles similaires|articles liés|articles connexes|vous aimerez aussi|vous pourriez aussi aimer|les plus lus|les plus consultés|dans la même rubrique|en savoir plus|pour aller plus loin|
te puede interesar|también te puede interesar|te recomendamos|lea también|lee también|leer más|artículos relacionados|noticias relacionadas|entradas relacionadas|más noticias|más información|lo más leído|lo más visto|
leggi anche|leggi tutto|articoli correlati|articoli simili|potrebbe interessarti|potrebbe interessarti anche|ti potrebbe interessare|ti potrebbe interessare anche|notizie correlate|i più letti|vedi anche|
leia também|leia mais|veja também|saiba mais|notícias relacionadas|artigos relacionados|mais lidas|
lees ook|lees meer|lees verder|meer over dit onderwerp|gerelateerde artikelen|gerelateerd|meest gelezen|ook interessant|bekijk ook|
läs också|läs även|läs mer|relaterade artiklar|mest läst|les også|les mer|læs også|læs mere|relaterede artikler|lue myös|
czytaj także|czytaj również|czytaj też|przeczytaj także|przeczytaj również|zobacz także|zobacz też|zobacz również|powiązane artykuły|podobne artykuły|polecane|najczęściej czytane|warto przeczytać|
čtěte také|přečtěte si také|související články|olvassa el ezt is|kapcsolódó cikkek|citește și|citește și|ilgili haberler|διαβάστε επίσης|
читайте также|читать также|смотрите также|похожие статьи|похожие новости|материалы по теме|по теме|ещё по теме|читайте ещё|популярное|читайте також|
اقرأ أيضا|اقرأ أيضاً|إقرأ أيضا|إقرأ أيضاً|شاهد أيضا|شاهد أيضاً|مواضيع ذات صلة|أخبار ذات صلة|مقالات ذات صلة|الأكثر قراءة|اقرأ المزيد|المزيد|
קראו גם|קרא גם|כתבות נוספות|עוד בנושא|כתבות קשורות|אולי יעניין אותך|
関連記事|関連ニュース|関連リンク|こちらもおすすめ|おすすめ記事|あわせて読みたい|人気記事|続きを読む|相关阅读|相关新闻|推荐阅读|延伸阅读|관련기사|관련 기사`

const COMMENTS = `kommentar|kommentare|kommentare zu diesem artikel|leserkommentare|kommentar schreiben|kommentar verfassen|kommentar hinterlassen|schreibe einen kommentar|schreiben sie einen kommentar|hinterlasse einen kommentar|hinterlasse eine antwort|einen kommentar schreiben|diskussion|ihre meinung|diskutieren sie mit|antwort abbrechen|antwort schreiben|
commentaires|commentaire|vos commentaires|réactions|vos réactions|laisser un commentaire|ajouter un commentaire|poster un commentaire|répondre|
comentarios|comentario|deja un comentario|deja una respuesta|escribe un comentario|comentários|deixe um comentário|deixe uma resposta|
commenti|lascia un commento|i commenti dei lettori|scrivi un commento|reacties|reageer|plaats een reactie|geef een reactie|laat een reactie achter|
kommentarer|lämna en kommentar|skriv en kommentar|komentarze|dodaj komentarz|skomentuj|komentáře|přidat komentář|yorumlar|
комментарии|комментариев|оставить комментарий|добавить комментарий|обсуждение|коментарі|
التعليقات|تعليقات|أضف تعليق|أضف تعليقا|اترك تعليقا|اترك تعليقاً|تعليقات القراء|تعليق|תגובות|הוסף תגובה|הוספת תגובה|כתיבת תגובה|הגב|
コメント|コメントを残す|コメントする|コメント一覧|评论|发表评论|댓글`

const BUTTONS = `teilen|artikel teilen|beitrag teilen|diesen beitrag teilen|seite teilen|jetzt teilen|teilen mit|drucken|artikel drucken|seite drucken|druckversion|merken|zurück|zurück zur übersicht|zur übersicht|nach oben|zum seitenanfang|empfehlen|weiterempfehlen|per e mail versenden|vorlesen|artikel anhören|gefällt mir|tweet|twittern|antworten|zitieren|permalink|trackback|startseite|inhalt|navigation|menü|suche|schliessen|schließen|anmelden|registrieren|abonnieren|jetzt abonnieren|jetzt spenden|spenden|rss|rss feed|
partager|partager cet article|partagez|imprimer|envoyer|envoyer par mail|retour|retour en haut|haut de page|s abonner|se connecter|je m abonne|écouter|
compartir|compartir noticia|imprimir|enviar|volver|volver arriba|suscribirse|suscríbete|iniciar sesión|escuchar|guardar|compartilhar|compartilhe|partilhar|
condividi|condividi su|condividi questo articolo|stampa|invia|torna su|torna indietro|abbonati|accedi|ascolta|
delen|deel|deel dit artikel|deel dit bericht|deel dit|afdrukken|terug|terug naar boven|abonneren|inloggen|luister|
dela|dela artikeln|skriv ut|del|del artikel|del artikkelen|udostępnij|podziel się|drukuj|wróć|zaloguj|sdílet|megosztás|paylaş|
поделиться|поделиться ссылкой|распечатать|наверх|назад|подписаться|войти|поділитися|
شارك|مشاركة|شارك الخبر|شارك المقال|شاركها|طباعة|ارسال|إرسال|اشترك|رجوع|שתפו|שתף|שיתוף|הדפסה|הדפס|
シェアする|シェア|共有|印刷|ツイート|ログイン|新規登録|トップへ戻る|分享|打印|공유`

const LEGAL = `impressum|datenschutz|datenschutzerklärung|impressum datenschutz|kontakt|agb|mediadaten|über uns|nutzungsbedingungen|mentions légales|contact|plan du site|politique de confidentialité|aviso legal|política de privacidad|política de cookies|contacto|note legali|privacy policy|contatti|chi siamo|colofon|privacyverklaring|polityka prywatności|regulamin|политика конфиденциальности|سياسة الخصوصية|اتصل بنا|من نحن|מדיניות פרטיות|צור קשר|プライバシーポリシー|お問い合わせ|利用規約`

const ADS = `anzeige|anzeigen|werbung|gesponsert|sponsored|publicité|publicite|annonce|publicidad|anuncio|pubblicità|publicidade|advertentie|reklama|reklam|annons|mainos|реклама|إعلان|إعلانات|اعلان|פרסומת|広告|スポンサーリンク|广告|광고`

const LABELS = `tags|tag|themen|thema|schlagwörter|schlagworte|schlagwort|stichwörter|stichworte|kategorie|kategorien|rubrik|ressort|abgelegt unter|veröffentlicht in|veröffentlicht unter|verschlagwortet mit|foto|fotos|bild|bilder|bildquelle|bildnachweis|fotocredit|bildrechte|quelle|autor|autorin|redaktion|stand|datum|erstellt am|veröffentlicht am|zuletzt aktualisiert|aktualisiert|lesezeit|hinweis in eigener sache|
mots clés|mots clefs|étiquettes|étiquette|catégorie|catégories|rubrique|crédit photo|photo|source|auteur|publié le|mis à jour le|temps de lecture|
etiquetas|temas|archivado en|categoría|categorías|fuente|foto|fotografía|autor|publicado el|actualizado|
argomenti|categoria|categorie|fonte|autore|pubblicato il|etichette|
trefwoorden|onderwerpen|categorieën|bron|auteur|gepubliceerd op|
etiketter|ämnen|taggar|tagi|kategoria|źródło|fot|słowa kluczowe|štítky|címkék|etiketler|
теги|метки|тэги|рубрика|рубрики|источник|фото|автор|الوسوم|وسوم|كلمات مفتاحية|المصدر|الكلمات الدلالية|תגיות|תגים|צילום|タグ|カテゴリ|カテゴリー|标签|来源|写真`

const phrasesOf = (...lists: string[]) =>
  new Set(lists.flatMap((list) => list.split('|').map(foldedWords)))

const asides = phrasesOf(ASIDES)
const comments = phrasesOf(COMMENTS)
const labelled = phrasesOf(ASIDES, LABELS)
const alone = phrasesOf(ASIDES, COMMENTS, BUTTONS, ADS, LEGAL)

/** A line that is furniture in any language that we know: "Teilen", "Mots-clés : port", "Leggi anche: …". */
export function isFurnitureLine(text: string): boolean {
  if (text.length > 300) return false
  if (text.length <= 60 && alone.has(withoutCount(text))) return true
  const label = /^([^:：|»›]{2,40}?)\s*[:：|»›]/u.exec(text)?.[1]
  return label !== undefined && labelled.has(foldedWords(label)) && !hasSentences(text)
}

/** Whether it heads a list of other articles. */
export function headsAside(text: string): boolean {
  return text.length <= 60 && asides.has(withoutCount(text))
}

/** Whether it heads the comments of readers, with or without their number. */
export function headsReaders(text: string): boolean {
  return text.length <= 60 && comments.has(withoutCount(text))
}

function withoutCount(text: string): string {
  return foldedWords(text).replace(/^\d+ | \d+$/g, '')
}

function hasSentences(text: string): boolean {
  return (text.match(/[.!?。؟](?=\s|$)/g)?.length ?? 0) > 1
}

const LETTER =
  /newsletter|boletín|bulletin d|info-?lettre|nieuwsbrief|nyhetsbrev|nyhedsbrev|рассылк|النشرة|ניוזלטר|メールマガジン|メルマガ/iu
const JOINS =
  /anmelde|abonnier|abonne[zr]|inscri|suscr|iscriv|aanmeld|meld je|meld u|assine|zapisz|anmäl|prenumerera|tilmeld|подпи|اشترك|הירשמ|登録|kostenlos|gratis|gratuit/iu
const COOKIE = /\bcookies?\b|ملفات تعريف الارتباط|クッキー/iu
const CONSENTS =
  /verwende|nutz|zustimm|akzept|einwillig|utilis|accept|utiliz|acept|rifiut|accett|gebruik|accepter|używa|akceptuj|использ|принять|נוהג|משתמש|אישור|نستخدم|موافق|使用|同意|användar|bruker/iu

/** A sentence that asks for an address or for consent. */
export function asksReader(text: string): boolean {
  if (text.length > 400) return false
  return (LETTER.test(text) && JOINS.test(text)) || (COOKIE.test(text) && CONSENTS.test(text))
}
