#include "http/page_words.hpp"

#include <insightflow/survey/words.hpp>

#include <array>
#include <utility>

namespace insightflow::http {

namespace {

constexpr std::array<PageWords, 4> all_words{{
    {.language = "en",
     .skip = "Skip to the questions",
     .page = "Page {} of {}",
     .page_about = "Page {} of about {}",
     .next = "Next",
     .back = "Back",
     .submit = "Send answers",
     .required = "required",
     .languages = "Language",
     .other_text = "In your own words",
     .problem_title = "Please look at these answers again",
     .error = "Error:",
     .rank_place = "Place",
     .at_most = "At most {} characters.",
     .from_to = "A number from {} to {}.",
     .choose_between = "Choose {} to {}.",
     .choose_least = "Choose at least {}.",
     .choose_most = "Choose up to {}.",
     .rank_all = "Give each a place; 1 is first.",
     .name = "Name",
     .email = "Email",
     .phone = "Phone",
     .nps_low = "Not at all likely",
     .nps_high = "Extremely likely",
     .thanks_title = "Thank you",
     .thanks = "Your answers have been saved.",
     .closed_title = "This survey is closed",
     .closed = "It no longer takes answers. Thank you for your interest.",
     .not_open_title = "This survey has not opened yet",
     .not_open = "Please come back later.",
     .full_title = "This survey is full",
     .full =
         "It has reached the number of answers it was looking for. Thank you for your interest.",
     .unknown_title = "There is no survey here",
     .unknown = "Please check the address, or ask whoever sent it to you.",
     .failed_title = "Your answers were not saved",
     .failed = "Something went wrong on our side. Go back and send them again.",
     .missing = "This question needs an answer.",
     .missing_consent = "Please tick the box to go on.",
     .rank_twice = "Give each place only once.",
     .wrong = "",
     .leave_empty = "Leave this field empty",
     .fault_title = "Your answers were not sent yet",
     .fault_trapped =
         "A field that has to stay empty was filled in. It is empty again: please send once more.",
     .fault_hurried = "That was very quick. Please take a moment, then send once more.",
     .fault_renewed = "This form was open for too long or came from somewhere else. It is fresh "
                      "now, with your answers: please send once more.",
     .fault_replayed = "Other answers were sent from this form before, and they are saved. To add "
                       "these as well, send once more.",
     .fault_unworked = "Your browser had not finished a small calculation that keeps machines out. "
                       "Please send once more.",
     .fault_foreign = "This form was sent from another site. Please look at the answers, then send "
                      "them from here.",
     .working = "One moment: your answers are being sent.",
     .no_script = "This survey can only be sent with JavaScript switched on."},
    {.language = "de",
     .skip = "Zu den Fragen",
     .page = "Seite {} von {}",
     .page_about = "Seite {} von etwa {}",
     .next = "Weiter",
     .back = "Zurück",
     .submit = "Antworten senden",
     .required = "Pflichtfrage",
     .languages = "Sprache",
     .other_text = "In Ihren Worten",
     .problem_title = "Bitte sehen Sie diese Antworten noch einmal an",
     .error = "Fehler:",
     .rank_place = "Platz",
     .at_most = "Höchstens {} Zeichen.",
     .from_to = "Eine Zahl von {} bis {}.",
     .choose_between = "Wählen Sie {} bis {}.",
     .choose_least = "Wählen Sie mindestens {}.",
     .choose_most = "Wählen Sie höchstens {}.",
     .rank_all = "Geben Sie jedem einen Platz; 1 ist der erste.",
     .name = "Name",
     .email = "E-Mail",
     .phone = "Telefon",
     .nps_low = "Überhaupt nicht wahrscheinlich",
     .nps_high = "Äußerst wahrscheinlich",
     .thanks_title = "Vielen Dank",
     .thanks = "Ihre Antworten sind gespeichert.",
     .closed_title = "Diese Umfrage ist beendet",
     .closed = "Sie nimmt keine Antworten mehr an. Vielen Dank für Ihr Interesse.",
     .not_open_title = "Diese Umfrage hat noch nicht begonnen",
     .not_open = "Bitte kommen Sie später wieder.",
     .full_title = "Diese Umfrage ist voll",
     .full = "Sie hat genug Antworten erhalten. Vielen Dank für Ihr Interesse.",
     .unknown_title = "Hier gibt es keine Umfrage",
     .unknown = "Bitte prüfen Sie die Adresse.",
     .failed_title = "Ihre Antworten wurden nicht gespeichert",
     .failed = "Bei uns ist etwas schiefgegangen. Gehen Sie zurück und senden Sie sie noch einmal.",
     .missing = "Diese Frage braucht eine Antwort.",
     .missing_consent = "Bitte kreuzen Sie das Kästchen an, um fortzufahren.",
     .rank_twice = "Vergeben Sie jeden Platz nur einmal.",
     .wrong = "Bitte prüfen Sie diese Antwort.",
     .leave_empty = "Lassen Sie dieses Feld leer",
     .fault_title = "Ihre Antworten wurden noch nicht gesendet",
     .fault_trapped = "Ein Feld, das leer bleiben muss, war ausgefüllt. Es ist wieder leer: Bitte "
                      "senden Sie noch einmal.",
     .fault_hurried =
         "Das ging sehr schnell. Bitte warten Sie einen Moment und senden Sie dann noch einmal.",
     .fault_renewed = "Dieses Formular war zu lange offen oder kam von anderswo. Es ist jetzt "
                      "erneuert, mit Ihren Antworten: Bitte senden Sie noch einmal.",
     .fault_replayed = "Aus diesem Formular wurden schon andere Antworten gesendet; sie sind "
                       "gespeichert. Um auch diese abzugeben, senden Sie noch einmal.",
     .fault_unworked = "Ihr Browser war mit einer kleinen Berechnung, die Maschinen fernhält, noch "
                       "nicht fertig. Bitte senden Sie noch einmal.",
     .fault_foreign = "Dieses Formular wurde von einer anderen Seite gesendet. Bitte sehen Sie die "
                      "Antworten an und senden Sie sie von hier.",
     .working = "Einen Moment: Ihre Antworten werden gesendet.",
     .no_script = "Diese Umfrage lässt sich nur mit eingeschaltetem JavaScript absenden."},
    {.language = "fr",
     .skip = "Aller aux questions",
     .page = "Page {} sur {}",
     .page_about = "Page {} sur {} environ",
     .next = "Suivant",
     .back = "Retour",
     .submit = "Envoyer les réponses",
     .required = "obligatoire",
     .languages = "Langue",
     .other_text = "Avec vos mots",
     .problem_title = "Merci de revoir ces réponses",
     .error = "Erreur :",
     .rank_place = "Rang",
     .at_most = "{} caractères au plus.",
     .from_to = "Un nombre de {} à {}.",
     .choose_between = "Choisissez-en de {} à {}.",
     .choose_least = "Choisissez-en au moins {}.",
     .choose_most = "Choisissez-en au plus {}.",
     .rank_all = "Donnez un rang à chacun ; 1 est le premier.",
     .name = "Nom",
     .email = "E-mail",
     .phone = "Téléphone",
     .nps_low = "Pas du tout probable",
     .nps_high = "Extrêmement probable",
     .thanks_title = "Merci",
     .thanks = "Vos réponses sont enregistrées.",
     .closed_title = "Cette enquête est close",
     .closed = "Elle n'accepte plus de réponses. Merci de votre intérêt.",
     .not_open_title = "Cette enquête n'est pas encore ouverte",
     .not_open = "Merci de revenir plus tard.",
     .full_title = "Cette enquête est complète",
     .full = "Elle a reçu assez de réponses. Merci de votre intérêt.",
     .unknown_title = "Il n'y a pas d'enquête ici",
     .unknown = "Merci de vérifier l'adresse.",
     .failed_title = "Vos réponses ne sont pas enregistrées",
     .failed = "Un problème est survenu de notre côté. Revenez en arrière et renvoyez-les.",
     .missing = "Cette question demande une réponse.",
     .missing_consent = "Cochez la case pour continuer.",
     .rank_twice = "Donnez chaque rang une seule fois.",
     .wrong = "Merci de vérifier cette réponse.",
     .leave_empty = "Laissez ce champ vide",
     .fault_title = "Vos réponses ne sont pas encore envoyées",
     .fault_trapped = "Un champ qui doit rester vide était rempli. Il est de nouveau vide : merci "
                      "d’envoyer encore une fois.",
     .fault_hurried = "C’était très rapide. Attendez un instant, puis envoyez encore une fois.",
     .fault_renewed = "Ce formulaire est resté ouvert trop longtemps ou venait d’ailleurs. Il est "
                      "renouvelé, avec vos réponses : merci d’envoyer encore une fois.",
     .fault_replayed = "D’autres réponses ont déjà été envoyées depuis ce formulaire ; elles sont "
                       "enregistrées. Pour ajouter celles-ci, envoyez encore une fois.",
     .fault_unworked = "Votre navigateur n’avait pas fini un petit calcul qui écarte les machines. "
                       "Merci d’envoyer encore une fois.",
     .fault_foreign = "Ce formulaire a été envoyé depuis un autre site. Merci de revoir les "
                      "réponses, puis de les envoyer d’ici.",
     .working = "Un instant : vos réponses sont en cours d’envoi.",
     .no_script = "Ce questionnaire ne peut être envoyé qu’avec JavaScript activé."},
    {.language = "es",
     .skip = "Ir a las preguntas",
     .page = "Página {} de {}",
     .page_about = "Página {} de unas {}",
     .next = "Siguiente",
     .back = "Atrás",
     .submit = "Enviar respuestas",
     .required = "obligatoria",
     .languages = "Idioma",
     .other_text = "Con sus palabras",
     .problem_title = "Revise estas respuestas, por favor",
     .error = "Error:",
     .rank_place = "Puesto",
     .at_most = "{} caracteres como máximo.",
     .from_to = "Un número de {} a {}.",
     .choose_between = "Elija de {} a {}.",
     .choose_least = "Elija al menos {}.",
     .choose_most = "Elija como máximo {}.",
     .rank_all = "Dé un puesto a cada uno; 1 es el primero.",
     .name = "Nombre",
     .email = "Correo electrónico",
     .phone = "Teléfono",
     .nps_low = "Nada probable",
     .nps_high = "Muy probable",
     .thanks_title = "Gracias",
     .thanks = "Sus respuestas se han guardado.",
     .closed_title = "Esta encuesta está cerrada",
     .closed = "Ya no acepta respuestas. Gracias por su interés.",
     .not_open_title = "Esta encuesta aún no ha empezado",
     .not_open = "Vuelva más tarde, por favor.",
     .full_title = "Esta encuesta está completa",
     .full = "Ha recibido suficientes respuestas. Gracias por su interés.",
     .unknown_title = "Aquí no hay ninguna encuesta",
     .unknown = "Compruebe la dirección, por favor.",
     .failed_title = "Sus respuestas no se han guardado",
     .failed = "Algo ha fallado por nuestra parte. Vuelva atrás y envíelas de nuevo.",
     .missing = "Esta pregunta necesita una respuesta.",
     .missing_consent = "Marque la casilla para continuar.",
     .rank_twice = "Dé cada puesto una sola vez.",
     .wrong = "Revise esta respuesta, por favor.",
     .leave_empty = "Deje este campo vacío",
     .fault_title = "Sus respuestas aún no se han enviado",
     .fault_trapped = "Un campo que debe quedar vacío estaba rellenado. Ya está vacío: envíe otra "
                      "vez, por favor.",
     .fault_hurried = "Ha sido muy rápido. Espere un momento y envíe otra vez, por favor.",
     .fault_renewed = "Este formulario estuvo abierto demasiado tiempo o venía de otro lugar. Está "
                      "renovado, con sus respuestas: envíe otra vez, por favor.",
     .fault_replayed = "Ya se enviaron otras respuestas desde este formulario y están guardadas. "
                       "Para añadir también estas, envíe otra vez.",
     .fault_unworked = "Su navegador no había terminado un pequeño cálculo que aleja a las "
                       "máquinas. Envíe otra vez, por favor.",
     .fault_foreign = "Este formulario se envió desde otro sitio. Revise las respuestas y envíelas "
                      "desde aquí, por favor.",
     .working = "Un momento: sus respuestas se están enviando.",
     .no_script = "Esta encuesta solo se puede enviar con JavaScript activado."},
}};

}  // namespace

const PageWords& page_words(std::string_view language) {
  const std::string_view main = language.substr(0, language.find_first_of("-,;"));
  for (const PageWords& words : all_words)
    if (survey::equal_ignoring_case(words.language, survey::trimmed(main))) return words;
  return all_words.front();
}

std::string_view language_name(std::string_view tag) {
  static constexpr std::pair<std::string_view, std::string_view> names[] = {
      {"ar", "العربية"},    {"bg", "Български"}, {"cs", "Čeština"},   {"da", "Dansk"},
      {"de", "Deutsch"},    {"el", "Ελληνικά"},  {"en", "English"},   {"es", "Español"},
      {"et", "Eesti"},      {"fa", "فارسی"},     {"fi", "Suomi"},     {"fr", "Français"},
      {"he", "עברית"},      {"hi", "हिन्दी"},     {"hr", "Hrvatski"},  {"hu", "Magyar"},
      {"it", "Italiano"},   {"ja", "日本語"},    {"ko", "한국어"},    {"nl", "Nederlands"},
      {"no", "Norsk"},      {"pl", "Polski"},    {"pt", "Português"}, {"ro", "Română"},
      {"ru", "Русский"},    {"sv", "Svenska"},   {"tr", "Türkçe"},    {"uk", "Українська"},
      {"vi", "Tiếng Việt"}, {"zh", "中文"}};
  for (const auto& [code, name] : names)
    if (survey::equal_ignoring_case(code, tag)) return name;
  return tag;
}

}  // namespace insightflow::http
