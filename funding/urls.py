"""Addresses of what is paid."""

from django.urls import path

from funding.selectors.conflicts import open_conflict_count
from funding.views import conflict, conflicts, imports, scales, tranche
from funding.views.orders import actions, detail, edit, export, facts, listing
from segur.context import count_waiting

count_waiting("conflicts", lambda person: open_conflict_count() or None)

urlpatterns = [
    path("commandes/", listing.orders, name="orders"),
    path("commandes/recherche/", listing.search, name="search"),
    path("commandes/vues/", listing.save_view, name="order_view_save"),
    path("commandes/vues/<int:pk>/supprimer/", listing.delete_view, name="order_view_delete"),
    path("commandes/export.csv", export.export, {"kind": "csv"}, name="orders_csv"),
    path("commandes/export.xlsx", export.export, {"kind": "xlsx"}, name="orders_xlsx"),
    path("commandes/classeur.xlsx", export.workbook, name="orders_workbook"),
    path("commandes/nouvelle/", edit.new, name="order_new"),
    path("commandes/import/", imports.order_import, name="order_import"),
    path("commandes/import/modele.<str:kind>", imports.order_import_template, name="order_import_template"),
    path("commandes/import/<uuid:token>/", imports.order_import_step, name="order_import_step"),
    path("commandes/import/<uuid:token>/confirmer/", imports.order_import_confirm, name="order_import_confirm"),
    path("commandes/import/<uuid:token>/reprendre/", imports.order_import_resume, name="order_import_resume"),
    path("commandes/import/<uuid:token>/refus.xlsx", imports.order_import_corrections, name="order_import_corrections"),
    path("commandes/<int:pk>/", detail.order, name="order"),
    path("commandes/<int:pk>/modifier/", edit.edit, name="order_edit"),
    path("commandes/<int:pk>/emettre/", actions.issue, name="order_issue"),
    path("commandes/<int:pk>/signer/", actions.sign, name="order_sign"),
    path("commandes/<int:pk>/annuler/", actions.cancel, name="order_cancel"),
    path("commandes/<int:pk>/retirer/", actions.withdraw, name="order_withdraw"),
    path("commandes/<int:pk>/autonomie/", actions.declare, name="order_declare"),
    path("commandes/<int:pk>/confirmer/", actions.confirm, name="order_confirm"),
    path("commandes/<int:pk>/fait/<slug:type>/", facts.fact, name="order_fact"),
    path("conflits/", conflicts.conflicts, name="conflicts"),
    path("conflits/recherche/", conflicts.conflicts_search, name="conflicts_search"),
    path("conflits/export.csv", conflicts.conflicts_csv, name="conflicts_csv"),
    path("conflits/<int:pk>/", conflict.conflict, name="conflict"),
    path("conflits/<int:pk>/decision/", conflict.conflict_decide, name="conflict_decide"),
    path("conflits/<int:pk>/note/", conflict.conflict_note, name="conflict_note"),
    path("conflits/<int:pk>/contestation/", conflict.dispute_open, name="dispute_open"),
    path("conflits/contestations/<int:pk>/reponse/", conflict.dispute_answer, name="dispute_answer"),
    path("baremes/", scales.scales, name="scales"),
    path("tranche/", tranche.tranche, name="tranche"),
    path("tranche/calculs/", tranche.tranche_calculations, name="tranche_calculations"),
    path("tranche/<int:pk>/", tranche.tranche_result, name="tranche_result"),
    path("tranche/<int:pk>/pdf/", tranche.tranche_document, name="tranche_pdf"),
]
