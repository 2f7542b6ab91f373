"""segur: suivi des commandes Ségur imagerie vague 2, du bon de commande au sixième semestre."""
