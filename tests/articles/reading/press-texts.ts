/** Short news in the words and with the page furniture of ten languages. */
export type PressText = {
  title: string
  lead: string
  body: [string, string, string]
  caption: string
  share: string
  related: string
  teaser: string
  newsletter: string
  comments: string
  comment: string
  cookies: string
  ad: string
  tags: string
  footer: string
  byline: string
}

export const de: PressText = {
  title: 'Hallenbad bleibt bis zum Frühjahr geschlossen',
  lead: 'Das städtische Hallenbad in Nordum öffnet nach Angaben der Verwaltung erst im Frühjahr wieder.',
  body: [
    'Bei einer Prüfung der Decke hatten Fachleute feuchte Stellen an den Trägern gefunden, sagte die Bürgermeisterin am Dienstag.',
    '„Die Sicherheit der Badegäste geht vor“, erklärte sie vor dem Rat der Stadt.',
    'Die Schulen weichen mit dem Schwimmunterricht nach Ostfelde aus, wo zusätzliche Zeiten vereinbart wurden.',
  ],
  caption: 'Blick in das leere Becken',
  share: 'Teilen',
  related: 'Das könnte Sie auch interessieren',
  teaser: 'Stadtrat streitet über neue Parkplätze am Markt',
  newsletter: 'Abonnieren Sie unseren Newsletter und verpassen Sie keine Nachricht mehr.',
  comments: '2 Kommentare',
  comment: 'Das war doch seit Jahren bekannt und niemand hat etwas unternommen, typisch.',
  cookies: 'Wir verwenden Cookies, um Inhalte zu personalisieren. Mit der Nutzung stimmen Sie zu.',
  ad: 'Anzeige',
  tags: 'Schlagwörter: Nordum, Hallenbad',
  footer: 'Impressum Datenschutz Kontakt',
  byline: 'Von Anke Petersen',
}

export const fr: PressText = {
  title: 'La passerelle du port fermée pour travaux',
  lead: 'La passerelle qui relie les deux rives du port sera fermée aux piétons à partir de lundi.',
  body: [
    'Les services techniques vont remplacer les planches abîmées par les tempêtes de l’hiver, a annoncé la mairie.',
    '« Nous voulons rouvrir avant les vacances », a précisé l’adjointe aux travaux.',
    'Une navette gratuite circulera toutes les vingt minutes entre le marché et la gare maritime.',
  ],
  caption: 'La passerelle vue du quai',
  share: 'Partager cet article',
  related: 'À lire aussi',
  teaser: 'Le marché couvert fête ses cent ans',
  newsletter: 'Inscrivez-vous à notre newsletter pour recevoir l’essentiel de l’actualité.',
  comments: 'Commentaires (3)',
  comment: 'Encore des travaux qui vont durer deux ans, comme toujours dans cette ville.',
  cookies: 'Nous utilisons des cookies pour améliorer votre expérience. Tout accepter',
  ad: 'Publicité',
  tags: 'Mots-clés : port, travaux',
  footer: 'Mentions légales Plan du site Contact',
  byline: 'Par Claire Morvan',
}

export const es: PressText = {
  title: 'El museo del faro abre sus puertas al público',
  lead: 'El antiguo faro de Punta Clara recibirá desde el sábado a sus primeros visitantes.',
  body: [
    'La restauración ha durado cuatro años y ha costado menos de lo previsto, explicó la concejala de Cultura.',
    '«Es un edificio que pertenece a todos los vecinos», dijo durante la presentación.',
    'La entrada será gratuita los domingos y las escuelas podrán reservar visitas guiadas por la mañana.',
  ],
  caption: 'El faro después de las obras',
  share: 'Compartir',
  related: 'Te puede interesar',
  teaser: 'La lonja estrena una subasta electrónica',
  newsletter: 'Suscríbete a nuestro boletín y recibe las noticias en tu correo.',
  comments: '4 comentarios',
  comment: 'Ya era hora de que hicieran algo con ese faro, estaba completamente abandonado.',
  cookies: 'Utilizamos cookies propias y de terceros. Aceptar todas',
  ad: 'Publicidad',
  tags: 'Etiquetas: faro, museo',
  footer: 'Aviso legal Política de privacidad Contacto',
  byline: 'Por Lucía Ferrer',
}

export const it: PressText = {
  title: 'Nuova pista ciclabile lungo il canale',
  lead: 'La pista ciclabile lungo il canale sarà pronta entro la fine di giugno, secondo il Comune.',
  body: [
    'I lavori sono cominciati lunedì vicino al vecchio mulino e proseguiranno verso la stazione.',
    '«Avremo dodici chilometri senza automobili», ha detto l’assessore alla mobilità.',
    'I residenti potranno presentare osservazioni negli uffici tecnici fino alla metà di aprile.',
  ],
  caption: 'Il cantiere accanto al mulino',
  share: 'Condividi',
  related: 'Leggi anche',
  teaser: 'Il teatro comunale presenta la stagione estiva',
  newsletter: 'Iscriviti alla nostra newsletter per restare sempre aggiornato.',
  comments: 'Commenti',
  comment: 'Speriamo che questa volta finiscano i lavori in tempo, ho i miei dubbi.',
  cookies: 'Questo sito utilizza cookie per migliorare la navigazione. Accetta tutti',
  ad: 'Pubblicità',
  tags: 'Tag: ciclabile, canale',
  footer: 'Note legali Privacy Contatti',
  byline: 'Di Marta Rinaldi',
}

export const nl: PressText = {
  title: 'Gemeente koopt leegstaande fabriek aan de haven',
  lead: 'De gemeente heeft de leegstaande touwfabriek aan de haven gekocht voor een nieuw wijkcentrum.',
  body: [
    'Het gebouw staat al negen jaar leeg en was in slechte staat, vertelde de wethouder woensdag aan de raad.',
    '“Hier komt ruimte voor verenigingen en voor de bibliotheek”, zei ze.',
    'Omwonenden kunnen in maart tijdens twee avonden meepraten over de plannen voor het terrein.',
  ],
  caption: 'De oude touwfabriek',
  share: 'Deel dit artikel',
  related: 'Lees ook',
  teaser: 'Veerpont vaart in de zomer een uur langer',
  newsletter: 'Meld je aan voor onze nieuwsbrief en ontvang elke ochtend het laatste nieuws.',
  comments: 'Reacties',
  comment: 'Prima plan, maar wie gaat dat allemaal betalen vraag ik me af.',
  cookies: 'Wij gebruiken cookies om deze website te verbeteren. Accepteren',
  ad: 'Advertentie',
  tags: 'Trefwoorden: haven, fabriek',
  footer: 'Colofon Privacyverklaring Contact',
  byline: 'Door Saskia Veen',
}

export const pl: PressText = {
  title: 'Nowy most połączy obie części miasta',
  lead: 'Budowa mostu nad rzeką rozpocznie się wiosną i potrwa około dwóch lat, poinformował ratusz.',
  body: [
    'Most zastąpi starą przeprawę, która od kilku lat była zamknięta dla samochodów ciężarowych.',
    '„To największa inwestycja w historii miasta” – powiedział burmistrz na konferencji prasowej.',
    'Mieszkańcy będą mogli obejrzeć projekt na wystawie w bibliotece do końca przyszłego miesiąca.',
  ],
  caption: 'Wizualizacja nowego mostu',
  share: 'Udostępnij',
  related: 'Czytaj także',
  teaser: 'Szpital powiatowy otrzymał nowe karetki',
  newsletter: 'Zapisz się do newslettera i bądź na bieżąco z wydarzeniami.',
  comments: 'Komentarze (5)',
  comment: 'Obiecują ten most od dwudziestu lat, uwierzę jak zobaczę na własne oczy.',
  cookies: 'Ta strona używa plików cookies. Akceptuję',
  ad: 'Reklama',
  tags: 'Tagi: most, inwestycje',
  footer: 'Polityka prywatności Regulamin Kontakt',
  byline: 'Anna Zielińska',
}

export const ru: PressText = {
  title: 'В порту открыли новый причал',
  lead: 'В городском порту во вторник открыли причал для небольших пассажирских судов.',
  body: [
    'Строительство продолжалось почти три года из-за сложного грунта, сообщили в администрации.',
    '«Теперь жители островов смогут добираться до города быстрее», — сказал начальник порта.',
    'Билеты на первые рейсы поступят в продажу на следующей неделе в кассах вокзала.',
  ],
  caption: 'Новый причал утром',
  share: 'Поделиться',
  related: 'Читайте также',
  teaser: 'Библиотека получила старинные карты',
  newsletter: 'Подпишитесь на нашу рассылку, чтобы получать новости каждое утро.',
  comments: 'Комментарии',
  comment: 'Посмотрим, сколько он простоит без ремонта, прошлый продержался пять лет.',
  cookies: 'Мы используем файлы cookie. Принять',
  ad: 'Реклама',
  tags: 'Теги: порт, причал',
  footer: 'Политика конфиденциальности О проекте',
  byline: 'Ольга Миронова',
}

export const ar: PressText = {
  title: 'افتتاح مكتبة جديدة في حي الميناء',
  lead: 'افتتحت بلدية المدينة يوم الثلاثاء مكتبة عامة جديدة في حي الميناء بعد عامين من العمل.',
  body: [
    'وتضم المكتبة قاعة للأطفال ومجموعة كبيرة من الكتب القديمة التي جمعها سكان الحي.',
    'وقالت مديرة المكتبة إن الدخول مجاني لجميع سكان المدينة طوال أيام الأسبوع.',
    'ومن المقرر أن تنظم المكتبة لقاءات أسبوعية مع الكتاب خلال أشهر الصيف المقبل.',
  ],
  caption: 'قاعة القراءة الجديدة',
  share: 'شارك',
  related: 'اقرأ أيضا',
  teaser: 'بدء موسم صيد السردين على الساحل',
  newsletter: 'اشترك في النشرة البريدية لتصلك آخر الأخبار.',
  comments: 'التعليقات',
  comment: 'خبر جميل ولكن الحي يحتاج أيضا إلى مواقف للسيارات قبل كل شيء.',
  cookies: 'نستخدم ملفات تعريف الارتباط لتحسين تجربتك. موافق',
  ad: 'إعلان',
  tags: 'الوسوم: مكتبة',
  footer: 'سياسة الخصوصية اتصل بنا',
  byline: 'ليلى حداد',
}

export const he: PressText = {
  title: 'הגשר הישן נפתח מחדש להולכי רגל',
  lead: 'הגשר הישן מעל הנחל נפתח ביום שלישי מחדש להולכי רגל לאחר שיפוץ של שנתיים.',
  body: [
    'העבודות התעכבו בגלל מציאת שרידים עתיקים מתחת ליסודות הגשר, כך נמסר מהעירייה.',
    '"זהו יום חג לכל תושבי השכונה", אמרה ראשת העיר בטקס הפתיחה.',
    'בשבוע הבא יתקיימו סיורים מודרכים על הגשר עבור תלמידי בתי הספר באזור.',
  ],
  caption: 'הגשר לאחר השיפוץ',
  share: 'שתפו',
  related: 'קראו גם',
  teaser: 'השוק העירוני יעבור למבנה חדש',
  newsletter: 'הירשמו לניוזלטר שלנו וקבלו עדכונים מדי בוקר.',
  comments: 'תגובות',
  comment: 'סוף סוף עשו משהו טוב בשביל השכונה הזאת, כל הכבוד לכם.',
  cookies: 'אתר זה משתמש בקובצי Cookie. אישור',
  ad: 'פרסומת',
  tags: 'תגיות: גשר',
  footer: 'מדיניות פרטיות צור קשר',
  byline: 'מאת נועה לוי',
}

export const ja: PressText = {
  title: '港の古い灯台、春から一般公開へ',
  lead: '市は火曜日、港の入り口に立つ古い灯台を来年の春から一般に公開すると発表した。',
  body: [
    '灯台は百年以上前に建てられ、十年前に役目を終えてからは閉鎖されたままになっていた。',
    '「海を見渡せる場所として多くの人に親しんでほしい」と市長は記者会見で話した。',
    '見学は無料で、週末には地元の漁師が港の歴史を案内する催しも予定されているという。',
  ],
  caption: '修復を終えた灯台',
  share: 'シェアする',
  related: '関連記事',
  teaser: '朝市が二十周年を迎える',
  newsletter: 'メールマガジンに登録して最新ニュースを受け取る',
  comments: 'コメント',
  comment: '子どものころによく遊んだ場所なので、また行けるのがとても楽しみです。',
  cookies: '当サイトではクッキーを使用しています。同意する',
  ad: '広告',
  tags: 'タグ：灯台',
  footer: 'プライバシーポリシー お問い合わせ',
  byline: '田中 花子',
}
