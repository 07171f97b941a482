"""The pages call what dispensers and loyalty programmes keep by its name."""

from end_to_end.receivers import WebService

from . import makers
from .test_nothing_personal import Scene, live, scene, web_service

__all__ = ["scene", "web_service"]
WORDS = {
    "es": ("1 EPI", "1 recompensa", "Ver el EPI", "Ver la recompensa"),
    "pt": ("1 EPI", "1 recompensa", "Ver o EPI", "Ver a recompensa"),
    "en": ("1 protective item", "1 reward", "See the protective equipment", "See the reward"),
}


def test_overview_and_alerts_speak_of_equipment_and_rewards(scene: Scene, web_service: WebService) -> None:
    """Each source counts its own, each alert says what it is about; nobody reads of products."""
    live(scene, web_service)
    prints = dict(scene.house.store.execute("SELECT s.kind, fingerprint FROM alert JOIN source s ON s.id = source_id"))
    for language, (equipment, reward, see_equipment, see_reward) in WORDS.items():
        browser = scene.app.test_client()
        makers.sign_in(browser, scene.house.store, makers.user(scene.house.store, language, "admin", language))
        overview = browser.get("/").text
        assert f">{equipment} ·" in overview and f">{reward} ·" in overview
        assert see_equipment in browser.get(f"/alerts/{prints['smartepi']}").text
        assert see_reward in browser.get(f"/alerts/{prints['smartbis']}").text
