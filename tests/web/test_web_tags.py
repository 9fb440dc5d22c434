"""Filters and tags as templates use them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import translation

S = "\u00a0"
NIGHT = dt.datetime(2026, 11, 20, 18, 30, tzinfo=dt.UTC)  # 02:30 on the 21st in Shanghai


def test_a_quantity_has_its_unit_once_after_u(render):
    assert render('{% qh_quantity 412860 7430 "t CO2" 2 %}') == (
        f'<span class="qh-q">412{S}900<span class="pm">±</span>7{S}400'
        '<span class="u">t CO<sub>2</sub></span><span class="u">（<i>k</i> = 2）</span></span>'
    )


def test_a_value_without_u_shows_no_sign_of_it(render):
    assert "±" not in render('{% qh_quantity "-0.0012" None "MPa" %}')


@pytest.mark.parametrize(
    ("unit", "written"),
    [
        ("t CO2", "t CO<sub>2</sub>"),
        ("kgCO2/kWh", "kgCO<sub>2</sub>/kWh"),
        ("kg N2O", "kg N<sub>2</sub>O"),
        ("m3/h", "m<sup>3</sup>/h"),
        ("mg m^-3", "mg m<sup>−3</sup>"),
        ("MPa", "MPa"),
        ("<b>", "&lt;b&gt;"),
    ],
)
def test_units_get_their_small_digits(render, unit, written):
    assert render("{{ u|qh_unit }}", {"u": unit}) == written


def test_numbers_in_templates(render):
    assert render("{{ n|qh_number }}", {"n": 1416}) == f"1{S}416"
    assert render("{{ n|qh_number:1 }}", {"n": 7}) == "7.0"
    assert render("{{ n|qh_signed }}", {"n": 12}) == "+12"
    assert render("{{ n|qh_percent }}", {"n": 0.905}) == "90.5%"
    assert render("{{ n|qh_share }}", {"n": 0.816}) == "81.6"


def test_a_moment_is_shown_in_the_zone_of_the_installation(render):
    assert (
        render("{% qh_when t %}", {"t": NIGHT})
        == f'<time datetime="{NIGHT.isoformat()}">2026年11月21日</time>'
    )
    assert render("{{ t|qh_datetime }}", {"t": NIGHT}) == "2026年11月21日 02:30"
    assert render("{{ t|qh_weekday }}", {"t": NIGHT}) == "周六"


def test_dates_follow_the_language(render):
    with translation.override("en"):
        assert render("{{ t|qh_date }}", {"t": dt.date(2026, 11, 21)}) == f"21{S}November 2026"
        assert render('{{ t|qh_date:"noyear" }}', {"t": dt.date(2026, 11, 21)}) == f"21{S}November"


def test_personal_data_and_hashes_are_shortened(render):
    assert render('{{ p|qh_mask:"phone" }}', {"p": "13912345678"}) == "139****5678"
    assert render("{{ h|qh_hash }}", {"h": "ABCDEF0123456789"}) == f"abcd{S}ef01{S}2345"


def test_steps_of_a_chain_are_numbered_in_circles(render):
    assert render("{{ 1|qh_circled }}{{ 20|qh_circled }}{{ 21|qh_circled }}") == "①⑳(21)"
