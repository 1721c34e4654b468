// Behaviour of the pages. Every page works without it.
import "./copy";
import "./green";
import "./keys";
import "./live";
import "./map";
import "./passkey";
import "./photo";
import "./print";
import "./push";
import "./steps";
import "./where";

document.documentElement.classList.add("scripts");
